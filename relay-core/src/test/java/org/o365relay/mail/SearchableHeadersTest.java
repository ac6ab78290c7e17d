package org.o365relay.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchableHeadersTest {

    // In the table: / stands for CRLF.
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
                    Scan 4711                                    | Scan 4711
                    a/\\tb/  c                                   | a b  c
                    =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=                  | Gr\u00fc\u00dfe
                    =?utf-8?B?w5xi?=/ =?utf-8?B?ZXI=?= 3         | \u00dcber 3
                    =?ISO-8859-1?Q?caf=E9_au_lait?=              | caf\u00e9 au lait
                    =?x-unknown?Q?a?= b                          | a b
                    =?UTF-8?B?broken                             | =?UTF-8?B?broken
                    =?UTF-8?Q?a=0D=0Ab=00c=1B[31m?=              | ab␀c␛[31m
                    a\\7b\\0c                                  | a␇b␀c
                    ''                                           | none
                    /                                            | none
                    =?UTF-8?Q?=0A?=                              | none
                    """)
    void decodesASubject(String value, @Nullable String expected) {
        assertThat(subject((value.translateEscapes().replace("/", "\r\n") + "\r\n").getBytes(UTF_8)))
                .isEqualTo(expected);
    }

    @Test
    void decodesOctetsOfUnknownCharset() {
        assertThat(subject("Stra\u00dfe".getBytes(UTF_8))).isEqualTo("Stra\u00dfe");
        assertThat(subject("Stra\u00dfe".getBytes(ISO_8859_1))).isEqualTo("Stra\u00dfe");
        assertThat(subject("turned \u202e around".getBytes(UTF_8))).isEqualTo("turned  around");
    }

    @Test
    void truncatesLongValues() {
        assertThat(subject("x".repeat(1_000_000).getBytes(UTF_8))).isEqualTo("x".repeat(200));
        assertThat(subject(("x" + "\ud83d\ude00".repeat(150)).getBytes(UTF_8)))
                .isEqualTo("x" + "\ud83d\ude00".repeat(99));
        assertThat(messageId("<" + "i".repeat(400) + "@x>")).isEqualTo("<" + "i".repeat(299));
    }

    @Test
    void doesNotDecodeAMessageId() {
        assertThat(messageId(" \t<=?UTF-8?Q?a?=@device>\r\n")).isEqualTo("<=?UTF-8?Q?a?=@device>");
    }

    @Test
    void findsBothFieldsInAHeader() {
        assertThat(of("From: x\r\nsubject: a\r\n b\r\nMESSAGE-ID: <1@x>\r\nSubject: second\r\n\r\nSubject: body\r\n"))
                .isEqualTo(new SearchableHeaders("a b", "<1@x>"));
        assertThat(of("X-Subject: x\r\n\r\nSubject: body\r\n")).isEqualTo(SearchableHeaders.NONE);
        assertThat(of("")).isEqualTo(SearchableHeaders.NONE);
    }

    @Test
    void findsTheFirstFieldThatIsNotEmpty() {
        assertThat(of("Subject: \r\nSubject: b\r\nMessage-ID:\r\nMessage-ID: <2@x>\r\nSubject: c\r\n\r\n"))
                .isEqualTo(new SearchableHeaders("b", "<2@x>"));
    }

    /// The rewriter keeps the same Message-ID (SingleFieldsTest).
    // In the table: _ is 1,000 spaces, ~ is a word of 890 octets.
    @ParameterizedTest
    @CsvSource(delimiter = '!', textBlock = """
        <1@x>                 ! true
        <1@x>_                ! true
        _<1@x>                ! true
        \\r\\n <1@x>\\r\\n_\\r\\n  ! true
        <~12345678>_          ! true
        <~123456789>          ! false
        _<1@x>_               ! false
        _________<1@x>        ! false
        <1@x>_________        ! false
        <1@x>_________x       ! false
        <1@x>\\r\\n_x           ! false
        \u202e               ! false
        \\001\u202e           ! true
        \\037                 ! false
        """)
    void findsAMessageIdOnlyIfItIsSent(String value, boolean usable) {
        String text = value.translateEscapes().replace("_", " ".repeat(1_000)).replace("~", "x".repeat(890));
        String field = "Message-ID: " + text + "\r\n";

        SearchableHeaders found = of(field + "Message-ID: <2@x>\r\n\r\n");

        assertThat(!"<2@x>".equals(found.messageId())).isEqualTo(usable);
        assertThat(of(field + "\r\n").messageId() != null).isEqualTo(usable);
    }

    @Test
    void acceptsAnyOctets() {
        Random random = new Random(2047);
        byte[] alphabet = "\r\n =?utf-8?Q?B?=C3=?=\u00fc\0 \tSubject:Message-ID:".getBytes(ISO_8859_1);
        for (int round = 0; round < 50_000; round++) {
            byte[] octets = new byte[random.nextInt(60)];
            for (int i = 0; i < octets.length; i++) {
                octets[i] = alphabet[random.nextInt(alphabet.length)];
            }
            String subject = subject(octets);
            assertThat(subject == null ? 1 : subject.length()).isBetween(1, 200);
            assertThat(SearchableHeaders.of(octets)).isNotNull();
        }
    }

    private static @Nullable String subject(byte[] octets) {
        return SearchableHeaders.NONE
                .or("subject", new String(octets, ISO_8859_1))
                .subject();
    }

    private static @Nullable String messageId(String value) {
        return SearchableHeaders.NONE.or("message-id", value).messageId();
    }

    private static SearchableHeaders of(String message) {
        return SearchableHeaders.of(message.getBytes(UTF_8));
    }
}
