package dev.inkfish.osdmap;

/// Ceph's releases by number, as maps and daemons state them.
public final class Release {
    public static final int UNKNOWN = 0;
    public static final int JEWEL = 10;
    public static final int KRAKEN = 11;
    public static final int LUMINOUS = 12;
    public static final int MIMIC = 13;
    public static final int NAUTILUS = 14;
    public static final int OCTOPUS = 15;
    public static final int PACIFIC = 16;
    /// In an incremental: not changed.
    public static final int UNCHANGED = 0xff;

    private static final String[] NAMES = {
        "unknown", "argonaut", "bobtail", "cuttlefish", "dumpling", "emperor", "firefly", "giant", "hammer",
        "infernalis", "jewel", "kraken", "luminous", "mimic", "nautilus", "octopus", "pacific",
    };

    private Release() {}

    public static String name(int number) {
        return number > 0 && number < NAMES.length ? NAMES[number] : "unknown";
    }

    /// The number of a release, or 0.
    public static int named(String name) {
        for (int i = 1; i < NAMES.length; i++) {
            if (NAMES[i].equals(name)) {
                return i;
            }
        }
        return UNKNOWN;
    }
}
