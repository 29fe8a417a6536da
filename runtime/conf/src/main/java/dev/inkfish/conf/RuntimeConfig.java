package dev.inkfish.conf;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// What `ceph tell <daemon> config …` and `injectargs` do to the options of a running daemon
/// (`CephContext::_do_command`).
public final class RuntimeConfig {
    private final Conf conf;
    private final String module;

    /// @param module what the commands count as for capabilities: `osd`, `mon`, `mgr`
    public RuntimeConfig(Conf conf, String module) {
        this.conf = conf;
        this.module = module;
    }

    public void register(CommandTable table) {
        table.add("config show", "dump current config settings", module, "r", this::show);
        table.add("config get name=var,type=CephString", "config get <field>: get the config value", module, "r", this::get);
        table.add("config set name=var,type=CephString name=val,type=CephString,n=N",
                "config set <field> <val> [<val> ...]: set a config variable", module, "rw", this::set);
        table.add("config unset name=var,type=CephString", "config unset <field>: unset a config variable", module, "rw",
                this::unset);
        table.add("config diff", "dump diff of current config and default config", module, "r", this::diff);
        table.add("config diff get name=var,type=CephString", "dump diff get <field>: dump diff of current and default config setting"
                + " <field>", module, "r", this::diff);
        table.add("config help name=var,type=CephString,req=false", "get config setting schema and descriptions", module, "r",
                this::help);
        table.add("injectargs name=injected_args,type=CephString,n=N", "inject configuration arguments into running daemon",
                module, "rw", this::inject);
        if (conf.flag("debug_asok_assert_abort")) {
            for (String bug : List.of("assert", "abort")) {
                table.add(bug, bug + " to crash the daemon", module, "rwx", call -> crash(bug));
            }
        }
    }

    /// On a thread of its own: whoever runs commands may keep what they throw.
    private CommandResult crash(String how) {
        Thread.ofPlatform().name(conf.type() + "." + conf.id() + "-" + how).start(() -> {
            throw new AssertionError("asked for by the command " + how);
        });
        return CommandResult.later();
    }

    private static Formatter formatter(CommandContext call) {
        return call.formatter("json-pretty");
    }

    private CommandResult show(CommandContext call) {
        Formatter f = formatter(call).openObject("config_show");
        f.dump("name", conf.type() + "." + conf.id()).dump("cluster", "ceph");
        current(conf).forEach(f::dump);
        return CommandResult.data(f.close());
    }

    /// Every option's value, in the form in which Ceph prints it.
    public static SequencedMap<String, String> current(Conf conf) {
        SequencedMap<String, String> values = new LinkedHashMap<>();
        Options.all().forEach(option -> values.put(option.name(), text(option, conf.string(option.name()))));
        return values;
    }

    /// The value in the form in which Ceph prints that type.
    private static String text(Option option, String value) {
        try {
            return value.isEmpty() ? value : OptionInput.normalise(option, value);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }

    private CommandResult get(CommandContext call) {
        String name = ConfFile.normalise(call.string("var"));
        Option option = Options.find(name);
        if (option == null) {
            return CommandResult.error(Errno.ENOENT, "error getting '" + name + "': (2) No such file or directory");
        }
        Formatter f = formatter(call).openObject("config_get");
        return CommandResult.data(f.dump(name, text(option, conf.string(name))).close());
    }

    private CommandResult set(CommandContext call) {
        String name = ConfFile.normalise(call.string("var"));
        String value = String.join(" ", call.strings("val"));
        Option option = Options.find(name);
        Errno problem = option == null ? Errno.ENOENT : null;
        if (option != null && !option.runtime()) {
            problem = Errno.EPERM;
        } else if (option != null && invalid(option, value) != null) {
            problem = Errno.EINVAL;
        }
        if (problem != null) {
            return CommandResult.error(problem, "error setting '" + name + "' to '" + value + "': "
                    + Errno.describe(problem.code()));
        }
        String said = change(Objects.requireNonNull(option), value);
        return CommandResult.data(formatter(call).openObject("config_set").dump("success", said).close());
    }

    /// Why the option cannot have the value, or null if it can.
    private static @Nullable String invalid(Option option, String value) {
        try {
            OptionInput.normalise(option, value);
            if (option.type() == Option.Type.SECONDS) {
                Values.seconds(value);
            }
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /// Sets an override, or removes it.
    ///
    /// @return what changed, as Ceph says it; debug levels are changed without a word. A value that other layers had
    ///         already counts as a change when it is first set here
    private String change(Option option, @Nullable String value) {
        String name = option.name();
        String before = value == null ? text(option, conf.string(name)) : conf.layer(Conf.Layer.OVERRIDE).get(name);
        conf.set(Conf.Layer.OVERRIDE, name, value == null ? null : text(option, value));
        String after = text(option, conf.string(name));
        return after.equals(before) || name.startsWith("debug_") ? "" : name + " = '" + after + "' ";
    }

    private CommandResult unset(CommandContext call) {
        String name = ConfFile.normalise(call.string("var"));
        Option option = Options.find(name);
        if (option == null) {
            return CommandResult.error(Errno.EINVAL, "error unsetting '" + name + "': (22) Invalid argument");
        }
        String said = change(option, null);
        return CommandResult.ok(said, formatter(call).openObject("config_unset").close().flushed());
    }

    private CommandResult diff(CommandContext call) {
        Formatter f = formatter(call).openObject("config_diff").openObject("diff");
        conf.all().keySet().forEach(name -> {
            Option option = Options.find(name);
            if (option == null) {
                return;
            }
            f.openObject(name);
            dump(f, option, "default", option.defaultValue());
            for (Conf.Layer layer : Conf.Layer.values()) {
                String value = conf.layer(layer).get(name);
                if (value != null) {
                    dump(f, option, layer.text(), value);
                }
            }
            dump(f, option, "final", conf.string(name));
            f.close();
        });
        return CommandResult.data(f.close().close());
    }

    private static void dump(Formatter f, Option option, String field, String value) {
        String text = text(option, value);
        try {
            switch (option.type()) {
                case INT, UINT -> f.dump(field, Long.parseLong(text));
                case FLOAT -> f.dump(field, Double.parseDouble(text));
                case BOOL -> f.dump(field, text.equals("true"));
                case STRING, SIZE, SECONDS, MILLIS, ADDR, UUID -> f.dump(field, text);
            }
        } catch (NumberFormatException e) {
            f.dump(field, text);
        }
    }

    private CommandResult help(CommandContext call) {
        Formatter f = formatter(call).openObject("config_help");
        if (!call.has("var")) {
            f.openArray("options");
            Options.all().forEach(option -> OptionText.dump(f, option));
            return CommandResult.data(f.close().close());
        }
        String name = ConfFile.normalise(call.string("var"));
        Option option = Options.find(name);
        if (option == null) {
            return CommandResult.error(Errno.ENOENT, "Setting not found: '" + name + "'");
        }
        OptionText.dump(f, option);
        return CommandResult.data(f.close());
    }

    /// `--name=value` or `--name value`, of flags also `--name` and `--no-name`; all are checked before the first is set.
    private CommandResult inject(CommandContext call) {
        List<String> words = new ArrayList<>();
        call.strings("injected_args").forEach(text -> words.addAll(List.of(text.strip().split("\\s+"))));
        Map<Option, String> changes = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            Injected given = Injected.of(words, i);
            if (given == null) {
                if (!words.get(i).equals("--")) {
                    unknown.add(words.get(i));
                }
                continue;
            }
            i += given.further();
            Option option = given.option();
            String value = given.value();
            String problem = value == null ? "Option --" + option.name() + " requires an argument.\n" : invalid(option, value);
            if (problem != null) {
                return CommandResult.error(Errno.EINVAL, "Parse error setting " + option.name() + " to '"
                        + Objects.requireNonNullElse(value, "") + "' using injectargs (" + problem + ").\n");
            }
            changes.put(option, Objects.requireNonNull(value));
        }
        if (!unknown.isEmpty()) {
            return CommandResult.error(Errno.EINVAL, " failed to parse arguments: " + String.join(",", unknown) + "\n");
        }
        StringBuilder said = new StringBuilder();
        changes.forEach((option, value) -> said.append(change(option, value)));
        return CommandResult.ok(said.toString(), "{}\n");
    }

    /// One option among the words of `injectargs`.
    ///
    /// @param value null where there is none
    /// @param further how many words after the first it took
    private record Injected(Option option, @Nullable String value, int further) {
        /// Null where the word is no option.
        static @Nullable Injected of(List<String> words, int at) {
            String word = words.get(at);
            if (!word.startsWith("--") || word.length() == 2) {
                return null;
            }
            int equals = word.indexOf('=');
            String name = ConfFile.normalise(word.substring(2, equals < 0 ? word.length() : equals));
            Option option = Options.find(name);
            if (option == null) {
                Option negated = name.startsWith("no_") && equals < 0 ? Options.find(name.substring(3)) : null;
                return negated == null || negated.type() != Option.Type.BOOL ? null : new Injected(negated, "false", 0);
            }
            if (equals >= 0) {
                return new Injected(option, word.substring(equals + 1), 0);
            }
            String next = at + 1 < words.size() ? words.get(at + 1) : null;
            if (option.type() == Option.Type.BOOL && (next == null || !next.matches("true|false|0|1"))) {
                return new Injected(option, "true", 0);
            }
            return new Injected(option, next, next == null ? 0 : 1);
        }
    }
}
