package org.o365relay.daemon.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// A text table. Replaces control characters in its text.
public final class Table {

    private static final String GAP = "  ";

    private static final String ELLIPSIS = GAP + "...";

    /// Columns are not narrowed below this width or the width of their title.
    private static final int MIN_WIDTH = 13;

    private final List<Column> columns;
    private final List<Row> rows = new ArrayList<>();

    /// @param right whether cells are right-aligned
    /// @param minWidth width below which the column is not narrowed; `Integer.MAX_VALUE` if it is never
    ///     narrowed
    private record Column(String title, boolean right, int minWidth) {}

    /// @param below lines to print below the row
    private record Row(List<String> cells, List<String> below) {}

    private Table(List<Column> columns) {
        this.columns = columns;
    }

    /// @param titles one title per column; the prefix `<` marks a column that may be truncated, the prefix `>`
    ///     a right-aligned column
    public static Table of(String... titles) {
        List<Column> columns = new ArrayList<>();
        for (String title : titles) {
            boolean truncatable = title.startsWith("<");
            boolean right = title.startsWith(">");
            String shown = truncatable || right ? title.substring(1) : title;
            columns.add(
                    new Column(shown, right, truncatable ? Math.max(shown.length(), MIN_WIDTH) : Integer.MAX_VALUE));
        }
        return new Table(columns);
    }

    public Table row(String... cells) {
        return row(List.of(cells), List.of());
    }

    /// @param cells one cell per column
    /// @param below lines to print below the row
    public Table row(List<String> cells, List<String> below) {
        if (cells.size() != columns.size()) {
            throw new IllegalArgumentException(cells.size() + " cells in " + columns.size() + " columns");
        }
        rows.add(new Row(cells.stream().map(TerminalText::text).toList(), List.copyOf(below)));
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /// @param width columns of the terminal
    /// @return whether the table fits without truncation
    boolean fits(int width) {
        return total(widths()) <= width;
    }

    /// @param width columns of the terminal
    /// @return whether all columns fit if some are truncated
    boolean fitsTruncated(int width) {
        return fitting(widths(), width).length == columns.size();
    }

    /// Narrows the columns that may be truncated until the table fits; if that is not enough, drops the last
    /// columns and appends `...` to the line of titles.
    ///
    /// @param width columns of the terminal
    /// @return the titles and the rows, without line endings
    public List<String> lines(int width) {
        int[] widths = fitting(widths(), width);
        List<String> lines = new ArrayList<>();
        String more = widths.length < columns.size() ? ELLIPSIS : "";
        List<String> titles = columns.stream().map(Column::title).toList();
        lines.add(TerminalText.truncate(line(titles, widths, width) + more, width));
        for (Row row : rows) {
            lines.add(line(row.cells, widths, width));
            row.below.stream().map(TerminalText::text).forEach(lines::add);
        }
        return lines;
    }

    private int[] widths() {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            int longest = rows.stream()
                    .mapToInt(row -> TerminalText.width(row.cells.get(column)))
                    .max()
                    .orElse(0);
            widths[i] = Math.max(longest, columns.get(i).title.length());
        }
        return widths;
    }

    /// Narrows the widest truncatable column until all columns fit; if no column can be narrowed further, drops
    /// the last one.
    private int[] fitting(int[] natural, int width) {
        int[] widths = natural.clone();
        while (total(widths) + (widths.length < natural.length ? ELLIPSIS.length() : 0) > width) {
            int widest = widest(widths);
            if (widest >= 0) {
                widths[widest]--;
            } else if (widths.length == 1) {
                return widths;
            } else {
                widths = Arrays.copyOf(natural, widths.length - 1);
            }
        }
        return widths;
    }

    private static long total(int[] widths) {
        return GAP.length() * (widths.length - 1L)
                + Arrays.stream(widths).asLongStream().sum();
    }

    private int widest(int[] widths) {
        int widest = -1;
        for (int i = 0; i < widths.length; i++) {
            if (widths[i] > columns.get(i).minWidth && (widest < 0 || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        return widest;
    }

    private String line(List<String> cells, int[] widths, int width) {
        List<String> padded = new ArrayList<>();
        for (int i = 0; i < widths.length; i++) {
            String cell = TerminalText.truncate(cells.get(i), widths[i]);
            String blanks = " ".repeat(widths[i] - TerminalText.width(cell));
            padded.add(columns.get(i).right ? blanks + cell : cell + blanks);
        }
        return TerminalText.truncate(
                padded.stream().collect(Collectors.joining(GAP)).stripTrailing(), width);
    }
}
