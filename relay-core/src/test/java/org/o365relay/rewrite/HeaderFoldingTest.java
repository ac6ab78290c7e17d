package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.MimeUtility;
import java.util.Base64;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderFoldingTest {

    // In the table: _ stands for a space, / for CRLF, and a number before a character for as many of them.
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        # field                        ; folded
        X:_a                           ; X:_a
        X:_995x                        ; X:_995x
        X:_996x                        ; X:/_996x
        X:996x                         ; X:996x
        X:997x                         ; X:/_997x
        X:998x                         ; X:_995x/_3x
        X:_2000x                       ; X:_995x/_997x/_8x
        X:_a_2000x_b                   ; X:_a_993x/_997x/_10x_b
        X:_a/_2000x                    ; X:_a/_997x/_997x/_6x
        X:_500x_500y                   ; X:_500x/_500y
        X:_500x_400y/_z_900z_900u      ; X:_500x_400y/_z_900z/_900u
        X:1000_                        ; X:
        X:_a1000_                      ; X:_a
        X:_a/_b1000_                   ; X:_a/_b
        X:1000_a                       ; X:/_a
        X:_a1000_b                     ; X:_a/_b
        X:_a/1000_b                    ; X:_a/_b
        X:_a990_bcdefg                 ; X:_a/990_bcdefg
        To:_500a@b,500c@d              ; To:_500a@b,/_500c@d
        To:_"500a,500b"@c              ; To:_"500a,492b/_8b"@c
        References:_<500a><500b>       ; References:_<500a>/_<500b>
        """)
    void foldsLongLines(String field, String folded) {
        assertThat(HeaderFolding.folded(field(field))).isEqualTo(field(folded).text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00dcberweisung f\u00fcr ", "plain, <text> with a@b\r\nBcc: c@d ", "\ud83d\ude00"})
    void splitsALongEncodedWord(String part) throws Exception {
        String text = part.repeat(300);
        String word = "=?utf-8?B?" + Base64.getEncoder().encodeToString(text.getBytes(UTF_8)) + "?=";

        String folded = HeaderFolding.folded(RawField.of("Subject", "Re: " + word + " end"));

        String value = folded.substring("Subject: ".length()).replace("\r\n", "");
        assertThat(value.split(" ")).allMatch(split -> split.length() <= 75);
        assertThat(MimeUtility.decodeText(value)).isEqualTo("Re: " + text + " end");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=?x-unknown?B?%s?=", "=?utf-8?B?%s", "=?utf-8?X?%s?=", "=?utf-8?Q?%s=?=?="})
    void breaksAnEncodedWordThatCannotBeDecoded(String format) {
        String word = format.formatted("QUJD".repeat(400));

        String folded = HeaderFolding.folded(RawField.of("Subject", word));

        assertThat(folded.replaceAll("\\s", "")).isEqualTo("Subject:" + word);
    }

    @Test
    void breaksNoUtf8Character() {
        for (int length = 980; length < 1000; length++) {
            String value = "x".repeat(length) + "\u00e2\u0082\u00ac".repeat(400);
            String folded = HeaderFolding.folded(RawField.of("Subject", value));
            assertThat(folded).doesNotContainPattern("\r\n [\u0080-\u00bf]");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {998, 78})
    void keepsAllButWhiteSpace(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            StringBuilder value = new StringBuilder();
            for (int i = random.nextInt(6); i >= 0; i--) {
                int length = random.nextInt(4) == 0 ? 990 + random.nextInt(20) : random.nextInt(1100);
                value.append(
                        new String[] {" ", "\t", "x", "<a>", ",", "\u00e4", "\""}[random.nextInt(7)].repeat(length));
                value.append(random.nextInt(4) == 0 ? "\r\n y" : "");
            }
            String name = new String[] {"X", "To", "References"}[random.nextInt(3)];
            RawField field = new RawField(name, name + ":" + value + "\r\n");

            String folded = HeaderFolding.folded(field);

            assertThat(folded).startsWith(name + ":").endsWith("\r\n");
            assertThat(folded.replaceAll("\\s", "")).isEqualTo(field.text().replaceAll("\\s", ""));
            assertThat(folded.lines()).allMatch(line -> line.length() <= 998);
            assertThat(folded.lines().skip(1)).allMatch(line -> line.matches("[ \t].*\\S.*"));
        }
    }

    @Test
    @Timeout(20)
    void foldsAMebibyte() {
        for (String part : new String[] {"x", " ", "x ", "<a>", "a,", "\"", "=?utf-8?B?", "QUJD"}) {
            String value = "=?utf-8?B?" + part.repeat((1 << 20) / part.length()) + "?=";
            assertThat(HeaderFolding.folded(RawField.of("To", value)).lines()).allMatch(line -> line.length() <= 998);
        }
    }

    private static RawField field(String text) {
        StringBuilder expanded = new StringBuilder();
        var parts = Pattern.compile("(\\d*)(.)").matcher(text);
        while (parts.find()) {
            int count = parts.group(1).isEmpty() ? 1 : Integer.parseInt(parts.group(1));
            expanded.append(parts.group(2).repeat(count));
        }
        String field = expanded.toString().replace("_", " ").replace("/", "\r\n") + "\r\n";
        return new RawField(field.substring(0, field.indexOf(':')), field);
    }
}
