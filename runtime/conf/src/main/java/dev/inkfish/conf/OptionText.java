package dev.inkfish.conf;

import dev.inkfish.command.Formatter;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// Option values and descriptions as Ceph shows them.
public final class OptionText {
    /// Options that a daemon needs before it can ask the monitors or only when the cluster is made
    /// (`FLAG_NO_MON_UPDATE`, `FLAG_CLUSTER_CREATE`).
    private static final Set<String> SPECIAL = new TreeSet<>(Set.of(
            "host", "fsid", "monmap", "mon_host", "mon_dns_srv_name", "lockdep", "daemonize", "chdir", "key", "keyfile",
            "keyring", "mon_data", "mon_initial_members", "mon_osd_full_ratio", "mon_osd_backfillfull_ratio",
            "mon_osd_nearfull_ratio", "mon_osd_initial_require_min_compat_client", "osd_data", "osd_journal",
            "osd_crush_chooseleaf_type", "mgr_initial_modules", "mgr_data", "mds_data"));

    private OptionText() {}

    public static boolean isSpecial(String name) {
        return SPECIAL.contains(name);
    }

    /// The value in the form in which it is stored.
    ///
    /// @throws IllegalArgumentException with the reason
    public static String normalise(Option option, String value) {
        if (option.name().startsWith("debug_") && option.type() == Option.Type.STRING) {
            return level(value);
        }
        if (option.name().equals("osd_pool_default_type") && !value.equals("replicated") && !value.equals("erasure")) {
            throw new IllegalArgumentException("'" + value + "' is not one of the permitted values: replicated, erasure");
        }
        return switch (option.type()) {
            case INT -> Long.toString(integer(value, 1000));
            case UINT -> unsigned(value);
            case SIZE -> Long.toUnsignedString(integer(value, 1024));
            case FLOAT -> decimal(value);
            case BOOL -> flag(value);
            case STRING, SECONDS, MILLIS, ADDR, UUID -> value;
        };
    }

    /// A log level, `N` or `N/M`.
    private static String level(String value) {
        if (!value.matches("\\d{1,2}(/\\d{1,2})?")) {
            throw new IllegalArgumentException("value must take the form N or N/M, where N and M are integers");
        }
        return value.indexOf('/') < 0 ? value + "/" + value : value;
    }

    private static String decimal(String value) {
        return String.format(Locale.ROOT, "%.6f", Values.decimal(value));
    }

    private static String flag(String value) {
        try {
            return Boolean.toString(switch (value.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> Long.parseLong(value) != 0;
            });
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Expected option value to be integer, got '" + value + "'", e);
        }
    }

    private static String unsigned(String value) {
        long number = integer(value, 1000);
        if (number < 0) {
            throw new IllegalArgumentException("strict_sistrtoll: value should not be negative");
        }
        return Long.toString(number);
    }

    private static long integer(String value, int base) {
        if (value.isBlank()) {
            throw new IllegalArgumentException("strict_si_cast: value not specified");
        }
        try {
            return base == 1024 ? Values.size(value) : Values.integer(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("strict_si_cast: unit prefix not recognized", e);
        }
    }

    /// The default as `config get` shows it.
    public static String display(Option option) {
        return switch (option.type()) {
            case BOOL -> Boolean.toString(Values.flag(option.defaultValue()));
            case FLOAT -> decimal(option.defaultValue());
            case SIZE -> Long.toUnsignedString(Values.size(option.defaultValue()));
            case INT, UINT -> Long.toString(Values.integer(option.defaultValue()));
            case STRING, SECONDS, MILLIS, ADDR, UUID -> option.defaultValue();
        };
    }

    /// The plain form of `config help`.
    public static String help(Option option) {
        return option.name() + " - " + option.description() + "\n  (" + option.type().text() + ", advanced)\n  Default: "
                + display(option) + "\n  Can update at runtime: " + option.runtime() + "\n";
    }

    public static void dump(Formatter f, Option option) {
        f.openObject("option");
        f.dump("name", option.name());
        f.dump("type", option.type().text());
        f.dump("level", "advanced");
        f.dump("desc", option.description());
        f.dump("long_desc", "");
        switch (option.type()) {
            case INT, UINT, SIZE, BOOL -> f.dumpRaw("default", display(option));
            case FLOAT -> f.dump("default", Values.decimal(option.defaultValue()));
            case STRING, SECONDS, MILLIS, ADDR, UUID -> f.dump("default", display(option));
        }
        f.dump("daemon_default", "");
        for (String list : new String[] {"tags", "services", "see_also"}) {
            f.openArray(list).close();
        }
        f.dump("min", "").dump("max", "");
        f.dump("can_update_at_runtime", option.runtime());
        f.openArray("flags");
        if (option.runtime()) {
            f.dump("option", "runtime");
        }
        f.close();
        f.close();
    }
}
