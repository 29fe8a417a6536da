package dev.inkfish.mgr.command;

import dev.inkfish.command.TextTable;
import java.util.ArrayList;
import java.util.List;

/// Text as Ceph's modules lay it out (PrettyTable).
final class ModuleText {
    private ModuleText() {}

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
            List<String> cells = new ArrayList<>(row);
            cells.add("");
            table.row(cells);
        });
        return table.toString();
    }
}
