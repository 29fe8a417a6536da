package dev.inkfish.conf;

import dev.inkfish.command.Formatter;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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

    /// The default as `config get` shows it.
    public static String display(Option option) {
        return switch (option.type()) {
            case BOOL -> Boolean.toString(Values.flag(option.defaultValue()));
            case FLOAT -> OptionInput.decimal(option.defaultValue());
            case SIZE -> Long.toUnsignedString(Values.size(option.defaultValue()));
            case INT, UINT -> Long.toString(Values.integer(option.defaultValue()));
            case STRING, SECONDS, MILLIS, ADDR, UUID -> option.defaultValue();
        };
    }

    /// The plain form of `config help`.
    public static String help(Option option) {
        return option.name() + " - " + option.description() + "\n  (" + option.type().text() + ", " + option.level() + ")\n  Default: " + display(option) + range(option)
                + "\n  Can update at runtime: " + option.runtime() + "\n";
    }

    private static String range(Option option) {
        return option.min() == null && option.max() == null ? ""
                : "\n  Minimum: " + Objects.toString(option.min(), "") + "\n  Maximum: " + Objects.toString(option.max(), "");
    }

    public static void dump(Formatter f, Option option) {
        f.openObject("option");
        f.dump("name", option.name());
        f.dump("type", option.type().text());
        f.dump("level", option.level());
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
        limit(f, option, "min", option.min());
        limit(f, option, "max", option.max());
        f.dump("can_update_at_runtime", option.runtime());
        f.openArray("flags");
        if (option.runtime()) {
            f.dump("option", "runtime");
        }
        f.close();
        f.close();
    }

    /// Sizes are texts there.
    private static void limit(Formatter f, Option option, String field, @Nullable String value) {
        if (value == null || option.type() == Option.Type.SIZE) {
            f.dump(field, Objects.toString(value, ""));
        } else {
            f.dumpRaw(field, value);
        }
    }
}
