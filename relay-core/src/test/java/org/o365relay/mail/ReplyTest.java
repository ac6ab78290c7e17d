package org.o365relay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTest {

    // In the table, / stands for a line end.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    250 2.1.0 Ok                          | 250 2.1.0 Ok
                    250                                   | 250
                    354 Go on                             | 354 Go on
                    250-2.0.0 one/250 2.0.0 two           | 250 2.0.0 one two
                    250-one/250-two/250 three             | 250 one two three
                    550-5.1.1 one/550 5.1.2 two           | 550 5.1.1 one 5.1.2 two
                    535 5.7.139 Authentication off        | 535 5.7.139 Authentication off
                    550 5.1.1                             | 550 5.1.1
                    550 5.1.1x no code                    | 550 5.1.1x no code
                    554-5.0.0 first/and a stray line      | 554 5.0.0 first and a stray line
                    """)
    void parsesReplies(String text, String expected) {
        assertThat(Reply.parse(text.replace("/", "\r\n")).orElseThrow()).hasToString(expected);
        assertThat(Reply.parse(text.replace("/", "\n") + "\n").orElseThrow()).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "25", "150 no", "650 no", "2500 no", "250ok", "ok 250", "abc def"})
    void refusesTextThatIsNotAReply(String text) {
        assertThat(Reply.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r", "\u0085", "\u2028", "\u2029"})
    void parsesAReplyThatContainsALineSeparator(String separator) {
        Reply reply = Reply.parse("550 5.1.1 gone" + separator + "away").orElseThrow();
        assertThat(reply.code()).isEqualTo(550);
        assertThat(reply.status()).isEqualTo(EnhancedStatus.of("5.1.1"));
        assertThat(reply.text()).isEqualTo("gone" + separator + "away");
    }

    @Test
    void requiresAValidCodeAndALine() {
        assertThatThrownBy(() -> Reply.plain(199, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Reply.plain(600, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Reply.plain(250)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Reply.of(452, "4.3.1", "full").category()).isEqualTo(4);
        assertThat(Reply.plain(250, "a", "b").lines()).isEqualTo(List.of("a", "b"));
    }

    @Test
    void isTruncatedOnOneLine() {
        Reply huge = Reply.parse("550 5.7.1 " + "😀".repeat(1_000_000)).orElseThrow();
        assertThat(huge.toString())
                .hasSizeBetween(Reply.MAX_LENGTH - 10, Reply.MAX_LENGTH)
                .startsWith("550 5.7.1 😀")
                .endsWith("😀…");
        assertThat(Reply.parse("550 " + "x".repeat(Reply.MAX_LENGTH - 4))
                        .orElseThrow()
                        .toString())
                .hasSize(Reply.MAX_LENGTH)
                .endsWith("x");
    }
}
