package org.o365relay.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A page of `docs/`, of which tests read tables.
///
/// @param text Markdown
record DocsPage(String text) {

    static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern CODE = Pattern.compile("(?<!`)`([^`\n]+)`(?!`)");

    /// @param name file name: `log.md`
    static DocsPage read(String name) throws IOException {
        return new DocsPage(Files.readString(PROJECT.resolve("docs").resolve(name)));
    }

    /// @param firstHeader header of the first column, which identifies the tables to read
    /// @return everything in backticks in the first column
    Set<String> namesUnder(String firstHeader) {
        Set<String> names = new TreeSet<>();
        rowsUnder(firstHeader).forEach(row -> names.addAll(code(row.getFirst())));
        return names;
    }

    /// @param firstHeader header of the first column, which identifies the tables to read
    /// @return second column by the name in backticks in the first column
    TreeMap<String, String> secondColumnUnder(String firstHeader) {
        TreeMap<String, String> values = new TreeMap<>();
        rowsUnder(firstHeader).forEach(row -> values.put(code(row.getFirst()).getFirst(), row.get(1)));
        return values;
    }

    /// @return cells of all tables whose first column has this header
    List<List<String>> rowsUnder(String firstHeader) {
        return Arrays.stream(text.split("\n\n", -1))
                .filter(paragraph -> paragraph.startsWith("| " + firstHeader + " |"))
                .flatMap(table -> table.lines().skip(2))
                .map(DocsPage::cells)
                .toList();
    }

    /// @return everything in backticks
    List<String> code() {
        return code(text);
    }

    private static List<String> cells(String row) {
        String inner = row.strip().replaceAll("^\\||\\|$", "");
        return Arrays.stream(inner.split("\\|", -1)).map(String::strip).toList();
    }

    private static List<String> code(String markdown) {
        return CODE.matcher(markdown)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
