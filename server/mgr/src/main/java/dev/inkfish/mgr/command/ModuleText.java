package dev.inkfish.mgr.command;

import dev.inkfish.command.TextTable;
import java.util.List;
import java.util.Locale;

/// Text as Ceph's modules lay it out (`mgr_util.py`, PrettyTable).
final class ModuleText {
    private static final String UNITS = " kMGTPE";

    private ModuleText() {}

    /// A number of bytes in so many places, the last of which is its unit.
    static String bytes(int width, double number) {
        return number(width, number, 1024);
    }

    /// The same in powers of ten.
    static String count(int width, double number) {
        return number(width, number, 1000);
    }

    private static String number(int width, double number, int base) {
        int unit = 0;
        double scaled = number;
        while (Long.toString((long) scaled).length() > width - 1 && unit < UNITS.length() - 1) {
            scaled = number / Math.pow(base, ++unit);
        }
        if (unit == 0) {
            return (long) number + " ";
        }
        String digits = String.format(Locale.ROOT, "%f", scaled).substring(0, width - 1);
        return (digits.endsWith(".") ? digits.substring(0, width - 2) : digits) + UNITS.charAt(unit);
    }

    /// A table without lines, two blanks behind each cell, nothing at all if there are no rows.
    ///
    /// @param columns headings; those that begin with `>` stand at the right, with `^` in the middle
    static String table(List<String> columns, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return "";
        }
        TextTable table = new TextTable();
        for (String column : columns) {
            TextTable.Align align = column.startsWith(">") ? TextTable.Align.RIGHT
                    : column.startsWith("^") ? TextTable.Align.CENTER : TextTable.Align.LEFT;
            table.column(align == TextTable.Align.LEFT ? column : column.substring(1), align, align);
        }
        table.column("", TextTable.Align.LEFT, TextTable.Align.LEFT);
        rows.forEach(row -> {
            List<String> cells = new java.util.ArrayList<>(row);
            cells.add("");
            table.row(cells);
        });
        return table.toString();
    }
}
