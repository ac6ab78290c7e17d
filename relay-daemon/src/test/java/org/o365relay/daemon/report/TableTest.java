package org.o365relay.daemon.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TableTest {

    private static Table table() {
        return Table.of("ID", "<WHO", ">SIZE", "<SUBJECT")
                .row("1", "anna.with.a.long.name@contoso.example", "12", "short")
                .row(List.of("22", "b@c", "1", "a subject that nobody wants to read to its end"), List.of("  why"));
    }

    @Test
    void alignsTextToTheLeftAndNumbersToTheRight() {
        assertThat(table().lines(Layout.UNLIMITED))
                .containsExactly(
                        "ID  WHO                                    SIZE  SUBJECT",
                        "1   anna.with.a.long.name@contoso.example    12  short",
                        "22  b@c                                       1  a subject that nobody wants to read to its end",
                        "  why");
    }

    @Test
    void truncatesTheWidestColumnFirstAndThenDropsColumns() {
        assertThat(table().lines(60))
                .containsExactly(
                        "ID  WHO                       SIZE  SUBJECT",
                        "1   anna.with.a.long.name...    12  short",
                        "22  b@c                          1  a subject that nobody...",
                        "  why");
        assertThat(table().lines(36))
                .containsExactly(
                        "ID  WHO                    SIZE  ...",
                        "1   anna.with.a.long.n...    12",
                        "22  b@c                       1",
                        "  why");
        assertThat(table().lines(10)).containsExactly("ID  ...", "1", "22", "  why");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 20, 30, 50, 80, 100})
    void isNeverWiderThanTheTerminal(int width) {
        assertThat(table().row("333", "x", "3", "\ud83d\udce0".repeat(50)).lines(width))
                .filteredOn(line -> !line.equals("  why"))
                .allMatch(line -> TerminalText.width(line) <= Math.max(width, 3));
    }

    /// Whatever a stranger wrote: no escape sequence, no line end, no turned reading direction, no C1 control.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u001b[2J",
                "\u009b31m",
                "\u001b]0;title\u0007",
                "\u202ecod.exe",
                "a\r\nDone: all is well",
                "\u2028",
                "\u0000",
                "\ud800",
                "\u001b]52;c;cm0gLXJmIC8K\u0007",
                "\u200e\u2066x\u2069",
                "\u007f"
            })
    void replacesControlCharacters(String hostile) {
        List<String> lines = Table.of("X", "<Y")
                .row(List.of(hostile, hostile), List.of(hostile))
                .lines(40);
        assertThat(lines).hasSize(3);
        assertThat(String.join("", lines).codePoints()).allMatch(org.o365relay.mail.VisibleText::isSafe);
    }

    @ParameterizedTest
    @CsvSource({"abc, 3", "東京, 4", "e\u0301, 1", "📠, 2", "ü, 1"})
    void measuresTheWidthOnATerminal(String text, int columns) {
        assertThat(TerminalText.width(text)).isEqualTo(columns);
    }

    @ParameterizedTest
    @CsvSource({"東京東京, 7, 東京...", "東京東京, 8, 東京東京", "東京東京, 6, 東...", "abcdef, 2, ..", "abcdef, 0, ''"})
    void truncatesOnlyBetweenCharacters(String text, int columns, String shown) {
        assertThat(TerminalText.truncate(text, columns)).isEqualTo(shown);
    }
}
