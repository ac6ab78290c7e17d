package org.o365relay.daemon.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PowerShellTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "relay@contoso.example",
                "o'brien@contoso.example",
                "''; Remove-Mailbox * #@contoso.example",
                "$(Get-Date)`n\"$env:PATH\"@contoso.example",
                "\u2019; Get-Date; \u2018",
                "\u201aa\u201bb",
                "bücher@bücher.example",
                "\ud83d\udce7@contoso.example",
                ""
            })
    void quotesEveryValue(String value) {
        String literal = PowerShell.quote(value);

        assertThat(read(literal + " # and no more")).isEqualTo(value);
    }

    @Test
    void removesControlCharacters() {
        assertThat(PowerShell.quote("a\r\nb\0c\u0085d")).isEqualTo("'abcd'");
    }

    @Test
    void formatsLists() {
        assertThat(PowerShell.list(List.of())).isEqualTo("@()");
        assertThat(PowerShell.list(List.of("a", "b'c"))).isEqualTo("@('a', 'b''c')");
    }

    /// Parses a literal as PowerShell does: any single quote, typographic or not, ends it unless another follows.
    private static String read(String text) {
        StringBuilder value = new StringBuilder();
        int i = 1;
        while (true) {
            if (isQuote(text.charAt(i))) {
                if (!isQuote(text.charAt(i + 1))) {
                    assertThat(text.substring(i + 1)).isEqualTo(" # and no more");
                    return value.toString();
                }
                i++;
            }
            value.append(text.charAt(i));
            i++;
        }
    }

    private static boolean isQuote(char c) {
        return c == '\'' || c == '\u2018' || c == '\u2019' || c == '\u201a' || c == '\u201b';
    }
}
