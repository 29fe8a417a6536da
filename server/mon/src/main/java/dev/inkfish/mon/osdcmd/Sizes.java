package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.TextTable;

/// Counts and sizes with Ceph's suffixes (`si_u_t`, `byte_u_t`).
final class Sizes {
    private static final String[] SI = {"", "k", "M", "G", "T", "P", "E"};
    private static final String[] IEC = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};

    private Sizes() {}

    static String si(long count) {
        return scaled(count, 1000, SI);
    }

    static String bytes(long count) {
        return scaled(count, 1024, IEC);
    }

    private static String scaled(long count, int base, String[] suffixes) {
        long n = count;
        int index = 0;
        long factor = 1;
        while (n >= base && index < suffixes.length - 1) {
            n /= base;
            factor *= base;
            index++;
        }
        if (index == 0 || count % factor == 0) {
            return n + suffixes[index];
        }
        double value = (double) count / factor;
        for (int decimals = 2; decimals > 0; decimals--) {
            String text = TextTable.fixed(value, decimals);
            if (text.length() <= 4) {
                return text + suffixes[index];
            }
        }
        return TextTable.fixed(value, 0) + suffixes[index];
    }

    /// `10k` and the like, in powers of a thousand.
    static long parseSi(String text) {
        String digits = text;
        long factor = 1;
        for (int i = 1; i < SI.length; i++) {
            if (text.endsWith(SI[i]) || text.endsWith(SI[i].toUpperCase(java.util.Locale.ROOT))) {
                factor = (long) Math.pow(1000, i);
                digits = text.substring(0, text.length() - 1);
                break;
            }
        }
        return Math.multiplyExact(Long.parseLong(digits), factor);
    }
}
