package dev.inkfish.command;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One call of a command: its arguments by name, what it was given as input, who asks, when.
///
/// Getters throw a `CephException` with EINVAL and Ceph's words where an argument has the wrong type.
public final class CommandContext {
    private final Command command;
    private final Map<String, @Nullable Object> arguments;
    private final Bytes input;
    private final Object caller;
    private final Utime now;
    private final Consumer<CommandResult.Done> reply;

    /// @param arguments the JSON object of the call
    /// @param caller the session it came from; its class is the daemon's
    public CommandContext(
            Command command,
            Map<String, @Nullable Object> arguments,
            Bytes input,
            Object caller,
            Utime now,
            Consumer<CommandResult.Done> reply) {
        this.command = command;
        this.arguments = arguments;
        this.input = input;
        this.caller = caller;
        this.now = now;
        this.reply = reply;
    }

    public Command command() {
        return command;
    }

    public String prefix() {
        return command.prefix();
    }

    /// `plain` where nothing was asked.
    public String format() {
        return string("format", "plain");
    }

    /// Null for plain output.
    public @Nullable Formatter formatter() {
        return Formatter.of(format());
    }

    /// For output that is structured even where plain was asked.
    public Formatter formatter(String otherwise) {
        return Formatter.of(format(), otherwise);
    }

    public Bytes input() {
        return input;
    }

    public <S> S caller(Class<S> type) {
        return type.cast(caller);
    }

    public Utime now() {
        return now;
    }

    /// Answers a command that returned [CommandResult.Later].
    public void reply(CommandResult.Done answer) {
        reply.accept(answer);
    }

    public boolean has(String name) {
        return arguments.get(name) != null;
    }

    /// The text, or empty where it is missing, as Ceph's handlers see it.
    public String string(String name) {
        return string(name, "");
    }

    public String string(String name, String otherwise) {
        Object value = arguments.get(name);
        return switch (value) {
            case null -> otherwise;
            case String text -> text;
            default -> throw bad(name);
        };
    }

    public @Nullable String stringOrNull(String name) {
        return has(name) ? string(name) : null;
    }

    /// The texts of a repeated parameter; empty where it is missing.
    public List<String> strings(String name) {
        Object value = arguments.get(name);
        return switch (value) {
            case null -> List.of();
            case String text -> List.of(text);
            case List<?> list -> {
                List<String> texts = new ArrayList<>();
                for (Object element : list) {
                    if (!(element instanceof String text)) {
                        throw bad(name);
                    }
                    texts.add(text);
                }
                yield texts;
            }
            default -> throw bad(name);
        };
    }

    public long integer(String name, long otherwise) {
        Object value = arguments.get(name);
        return switch (value) {
            case null -> otherwise;
            case Long number -> number;
            case Double number when number == Math.rint(number) -> number.longValue();
            default -> throw bad(name);
        };
    }

    /// The numbers of a repeated parameter.
    public List<Long> integers(String name) {
        Object value = arguments.get(name);
        return switch (value) {
            case null -> List.of();
            case Long number -> List.of(number);
            case List<?> list -> {
                List<Long> numbers = new ArrayList<>();
                for (Object element : list) {
                    if (!(element instanceof Long number)) {
                        throw bad(name);
                    }
                    numbers.add(number);
                }
                yield numbers;
            }
            default -> throw bad(name);
        };
    }

    /// The numbers of a repeated parameter, whole or not.
    public List<Double> decimals(String name) {
        List<?> values = arguments.get(name) instanceof List<?> list ? list
                : arguments.get(name) == null ? List.of() : List.of(arguments.get(name));
        List<Double> numbers = new ArrayList<>();
        for (Object value : values) {
            if (!(value instanceof Number number)) {
                throw bad(name);
            }
            numbers.add(number.doubleValue());
        }
        return numbers;
    }

    public double decimal(String name, double otherwise) {
        Object value = arguments.get(name);
        return switch (value) {
            case null -> otherwise;
            case Double number -> number;
            case Long number -> number.doubleValue();
            default -> throw bad(name);
        };
    }

    /// A `CephBool`; also the word `--the-name`, which clients before Nautilus send.
    public boolean flag(String name) {
        Object value = arguments.get(name);
        return switch (value) {
            case null -> false;
            case Boolean set -> set;
            case String text when text.equals("--" + name.replace('_', '-')) -> true;
            default -> throw bad(name);
        };
    }

    /// The plain arguments as texts, as capabilities compare them: lists joined, `prefix` included. Pairs of
    /// service and caps become arguments of their own, `caps_mon` and the like.
    public Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        arguments.forEach((name, value) -> {
            if (name.equals("caps") && value instanceof List<?> pairs && pairs.size() % 2 == 0) {
                for (int i = 0; i < pairs.size(); i += 2) {
                    texts.put("caps_" + pairs.get(i), String.valueOf(pairs.get(i + 1)));
                }
            } else if (value instanceof List<?> list) {
                texts.put(name, String.join(" ", list.stream().map(String::valueOf).toList()));
            } else if (value != null) {
                texts.put(name, String.valueOf(value));
            }
        });
        return texts;
    }

    private static CephException bad(String name) {
        return new CephException(Errno.EINVAL, "bad or missing field '" + name + "'");
    }
}
