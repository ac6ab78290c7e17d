package org.o365relay.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageTextTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        no tags at all                                        | no tags at all
        <p>Access <b>denied</b></p>                           | Access denied
        a<br/>b                                               | a b
        <SCRIPT x>if (a<b) {}</script >x<style>p {}</STYLE>y  | x y
        <script>never ends <p>text                            | ''
        1 < 2                                                 | 1 < 2
        <p>a <b                                               | a <b
        >                                                     | >
        İ<p>x                                                 | İ x
        ''                                                    | ''
        """)
    void keepsTheText(String page, String text) {
        assertThat(PageText.of(page).replaceAll("\\s+", " ").strip()).isEqualTo(text);
    }

    @Test
    void usesOnlyTheBeginningOfAPage() {
        assertThat(PageText.of("a".repeat(8_000_000))).hasSize(64 * 1024);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<", "<script", "<script>", "<style></", "</script><script>", "<a", "< ", "<>"})
    void takesLittleTimeForAnyPage(String repeated) {
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (int i = 0; i < 20; i++) {
                PageText.of(repeated.repeat(8_000_000 / repeated.length()));
            }
        });
    }
}
