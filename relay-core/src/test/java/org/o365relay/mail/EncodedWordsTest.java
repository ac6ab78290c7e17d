package org.o365relay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Effort;

class EncodedWordsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        Scan 7                                            ~ Scan 7
        =?utf-8?q?=C3=A4?= =?utf-8?B?w7Y=?=  x            ~ äö  x
        a =?utf-8?q?b?= c                                 ~ a b c
        =?utf-8?q?a?= =?iso-8859-1?q?=E4?=                ~ aä
        =?utf-8?B?w6TDtg?=                                ~ äö
        =?utf-8?B?w6TD?= =?utf-8?B?tg==?=                 ~ äö
        =?utf-8?B?w6 TD\ttg==?=                           ~ äö
        =?utf-8?Q?100=?=                                  ~ 100=
        =?utf-8?Q?a=3?=                                   ~ a=3
        =? utf-8 ? Q ?a?=                                 ~ a
        =?cp1252?Q?=80?=                                  ~ €
        =?iso-8859-1?Q?=96?=                              ~ –
        =?unknown-8bit?Q?=E4?= =?unknown-8bit?Q?=C3=A4?=  ~ ää
        =?koi8-r?B?8NLJ18XU?=                             ~ Привет
        =?shift_jis?B?kw==?= =?shift_jis?B?+g==?=         ~ 日
        =?iso-2022-jp?B?GyRCRnw=?=                        ~ 日
        =?utf-8?Q?cut=C3=A4                               ~ cutä
        =?utf-8?Q?cut=C3                                  ~ =?utf-8?Q?cut=C3
        =?UTF-8?B?broken                                  ~ =?UTF-8?B?broken
        =?utf-8?X?a?=                                     ~ =?utf-8?X?a?=
        """)
    void areDecoded(String text, String decoded) {
        assertThat(EncodedWords.decode(text)).isEqualTo(decoded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"=?", "=?utf-8?Q?", "=?utf-8?B?w6Q", "=?utf-8?Q?a?= ", "=?utf-8?Q?a?=b", "?="})
    @Timeout(10)
    void areDecodedInLinearTime(String part) {
        String text = part.repeat(1_000_000 / part.length());

        assertThatCode(() -> EncodedWords.decode(text)).doesNotThrowAnyException();
    }

    @Test
    void areDecodedWhateverTheyContain() {
        Random random = new Random(20261201);
        List<String> pieces = List.of(
                "=?",
                "?=",
                "?Q?",
                "?B?",
                "utf-8",
                "UTF-16",
                "iso-2022-cn",
                "iso-2022-jp",
                "x-none",
                "=C3",
                "=FF",
                "w6Q=",
                "//8",
                " ",
                "_",
                "ä",
                "\ud83d",
                "\0",
                "*de",
                "=",
                "?");
        for (int round = 0; round < Effort.rounds(20_000, 1_000_000); round++) {
            String text = random.ints(random.nextInt(12), 0, pieces.size())
                    .mapToObj(pieces::get)
                    .collect(Collectors.joining());

            assertThatCode(() -> EncodedWords.decode(text)).as(text).doesNotThrowAnyException();
        }
    }
}
