package dev.inkfish.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Columns of text, each as wide as its widest cell (`src/common/TextTable.h`). Columns are parted by two
/// blanks; every cell, the last too, is padded to its column's width.
public final class TextTable {
    /// Where a cell's text stands.
    public enum Align { LEFT, CENTER, RIGHT }

    private record Column(String heading, Align headingAlign, Align cellAlign) {}

    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();
    private String separator = "  ";
    private int indent;

    public TextTable column(String heading, Align headingAlign, Align cellAlign) {
        columns.add(new Column(heading, headingAlign, cellAlign));
        return this;
    }

    public TextTable left(String heading) {
        return column(heading, Align.LEFT, Align.LEFT);
    }

    public TextTable right(String heading) {
        return column(heading, Align.RIGHT, Align.RIGHT);
    }

    public TextTable separator(String text) {
        separator = text;
        return this;
    }

    public TextTable indent(int blanks) {
        indent = blanks;
        return this;
    }

    public TextTable row(Object... cells) {
        List<String> row = new ArrayList<>(cells.length);
        for (Object cell : cells) {
            row.add(String.valueOf(cell));
        }
        rows.add(row);
        return this;
    }

    public TextTable row(List<String> cells) {
        rows.add(List.copyOf(cells));
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /// The heading and the rows, each with a newline behind.
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        List<Integer> widths = widths();
        boolean headed = columns.stream().anyMatch(column -> !column.heading.isEmpty());
        if (headed) {
            line(out, widths, columns.stream().map(Column::heading).toList(), true);
        }
        for (List<String> row : rows) {
            line(out, widths, row, false);
        }
        return out.toString();
    }

    private List<Integer> widths() {
        List<Integer> widths = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            int width = columns.get(i).heading.length();
            for (List<String> row : rows) {
                width = i < row.size() ? Math.max(width, row.get(i).length()) : width;
            }
            widths.add(width);
        }
        return widths;
    }

    private void line(StringBuilder out, List<Integer> widths, List<String> cells, boolean heading) {
        out.repeat(" ", indent);
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            if (i > 0) {
                out.append(separator);
            }
            String cell = i < cells.size() ? cells.get(i) : "";
            pad(out, cell, widths.get(i), heading ? column.headingAlign : column.cellAlign);
        }
        out.append('\n');
    }

    private static void pad(StringBuilder out, String cell, int width, Align align) {
        int blanks = width - cell.length();
        int before = switch (align) {
            case LEFT -> 0;
            case RIGHT -> blanks;
            case CENTER -> blanks / 2;
        };
        out.repeat(" ", before).append(cell).repeat(" ", blanks - before);
    }

    /// `%.<decimals>f`
    public static String fixed(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
