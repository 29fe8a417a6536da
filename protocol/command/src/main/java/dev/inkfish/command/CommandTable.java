package dev.inkfish.command;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The commands that a daemon answers, by prefix.
public final class CommandTable {
    private static final int MAX_COMMAND_LENGTH = 16 << 20;

    private final Map<String, Command> commands = new LinkedHashMap<>();

    /// @param signature in Ceph's description form
    /// @throws IllegalArgumentException if the prefix is taken (a bug)
    public CommandTable add(String signature, String help, String module, String perm, CommandHandler handler) {
        return add(signature, help, module, perm, 0, handler);
    }

    public CommandTable add(
            String signature, String help, String module, String perm, int flags, CommandHandler handler) {
        Command command = new Command(CommandSignature.parse(signature), help, module, perm, flags, handler);
        if (commands.putIfAbsent(command.prefix(), command) != null) {
            throw new IllegalArgumentException("command '" + command.prefix() + "' is there already");
        }
        return this;
    }

    public @Nullable Command find(String prefix) {
        return commands.get(prefix);
    }

    public Collection<Command> all() {
        return commands.values();
    }

    /// A call's JSON as a map.
    ///
    /// @throws CephException EINVAL with Ceph's words
    public static Map<String, @Nullable Object> parseCall(List<String> words) {
        String text = String.join("", words);
        if (text.length() > MAX_COMMAND_LENGTH) {
            throw new CephException(Errno.E2BIG, "command too long");
        }
        Object value;
        try {
            value = Json.parseFirst(text);
        } catch (CephException e) {
            throw new CephException(Errno.EINVAL, "unparseable JSON " + text);
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new CephException(Errno.EINVAL, "not JSON object " + text);
        }
        Map<String, @Nullable Object> call = new LinkedHashMap<>();
        map.forEach((name, argument) -> call.put((String) name, argument));
        return call;
    }

    /// What `get_command_descriptions` answers.
    public static Bytes describe(Collection<Command> commands) {
        Formatter f = new JsonFormatter(false);
        f.openObject();
        int number = 0;
        List<Command> announced = new ArrayList<>(commands);
        announced.removeIf(command -> command.has(Command.FLAG_HIDDEN) && !command.has(Command.FLAG_NOFORWARD));
        for (Command command : announced) {
            f.openObject(String.format(Locale.ROOT, "cmd%03d", number++));
            f.openArray("sig");
            for (Object part : command.signature().parts()) {
                if (part instanceof Argument argument) {
                    f.openObject("arg");
                    argument.attributes().forEach(f::dump);
                    f.close();
                } else {
                    f.dump("arg", (String) part);
                }
            }
            f.close();
            f.dump("help", command.help());
            f.dump("module", command.module());
            f.dump("perm", command.perm());
            f.dump("flags", command.flags());
            f.close();
        }
        f.close();
        return f.bytes();
    }
}
