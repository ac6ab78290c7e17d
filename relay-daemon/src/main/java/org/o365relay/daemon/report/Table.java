package org.o365relay.daemon.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Rows in columns. What stands in it is made fit for a terminal here.
public final class Table {

    private static final String GAP = "  ";

    private static final String ELLIPSIS = GAP + "...";

    /// A column that is cut further says nothing any more.
    private static final int MIN_WIDTH = 13;

    private final List<Column> columns;
    private final List<Row> rows = new ArrayList<>();

    /// @param right whether it ends where the column ends, as numbers do
    /// @param minWidth how narrow it may be made if there is no room
    private record Column(String title, boolean right, int minWidth) {}

    /// @param below what is said about it in lines of their own
    private record Row(List<String> cells, List<String> below) {}

    private Table(List<Column> columns) {
        this.columns = columns;
    }

    /// @param titles a column each: `<` before a title for one that may be cut, `>` for one of numbers
    public static Table of(String... titles) {
        List<Column> columns = new ArrayList<>();
        for (String title : titles) {
            boolean cut = title.startsWith("<");
            boolean right = title.startsWith(">");
            String shown = cut || right ? title.substring(1) : title;
            columns.add(new Column(shown, right, cut ? Math.max(shown.length(), MIN_WIDTH) : Integer.MAX_VALUE));
        }
        return new Table(columns);
    }

    public Table row(String... cells) {
        return row(List.of(cells), List.of());
    }

    /// @param cells one for each column
    /// @param below lines about it
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

    /// @param most columns of the terminal
    /// @return whether nothing has to be cut or left out
    boolean fits(int most) {
        return total(widths()) <= most;
    }

    /// Columns for which there is no room are left out, the last ones first; `...` stands behind the titles then.
    ///
    /// @param most columns of the terminal
    /// @return the titles and the rows, without line ends
    public List<String> lines(int most) {
        int[] widths = fitting(widths(), most);
        List<String> lines = new ArrayList<>();
        String more = widths.length < columns.size() ? ELLIPSIS : "";
        List<String> titles = columns.stream().map(Column::title).toList();
        lines.add(TerminalText.cut(line(titles, widths, most) + more, most));
        for (Row row : rows) {
            lines.add(line(row.cells, widths, most));
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

    /// Takes from the widest column that may be cut until all fit. If they cannot, the last one is left out.
    private int[] fitting(int[] wanted, int most) {
        int[] widths = wanted.clone();
        while (total(widths) + (widths.length < wanted.length ? ELLIPSIS.length() : 0) > most) {
            int widest = widest(widths);
            if (widest >= 0) {
                widths[widest]--;
            } else if (widths.length == 1) {
                return widths;
            } else {
                widths = Arrays.copyOf(wanted, widths.length - 1);
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

    private String line(List<String> cells, int[] widths, int most) {
        List<String> padded = new ArrayList<>();
        for (int i = 0; i < widths.length; i++) {
            String cell = TerminalText.cut(cells.get(i), widths[i]);
            String blanks = " ".repeat(widths[i] - TerminalText.width(cell));
            padded.add(columns.get(i).right ? blanks + cell : cell + blanks);
        }
        return TerminalText.cut(padded.stream().collect(Collectors.joining(GAP)).stripTrailing(), most);
    }
}
