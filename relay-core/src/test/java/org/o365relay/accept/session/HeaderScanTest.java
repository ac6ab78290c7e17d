package org.o365relay.accept.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.rewrite.HeaderReader;

class HeaderScanTest {

    private static final QueueId ID = QueueId.parse("01JD4Z7K2M9QX").orElseThrow();
    private static final String ALL = "From: a\r\nDate: b\r\nMessage-ID: c\r\n";

    // In the table: / stands for CRLF, ALL for the three fields that must be there.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # content                                 | what is wrong with it
        ALL/body                                  |
        ALL                                       |
        ALL/From: x/From: y/                      |
        ''                                        | no-from no-date no-message-id
        /                                         | no-from no-date no-message-id
        hello/                                    | no-blank-line no-from no-date no-message-id
        ALLhello/                                 | no-blank-line
        ALLhello                                  | no-blank-line
        ALL:x/                                    | no-blank-line
        ALLno field: x/                           | no-blank-line
        \\tx/ALL                                  | no-blank-line no-from no-date no-message-id
        ALLX: y/\\tfolded/\\tagain//              |
        from: x/DATE : y/mEssAgE-Id:z//           |
        From: x/From: y/Date:/Message-ID://       | multiple-from
        From: x\\nDate: y\\nMessage-ID: z\\n\\nx  |
        From: x\\rDate: y\\rMessage-ID: z\\r\\rx  |
        From: x\\r/Date: y\\r\\r/Message-ID: z//  |
        ALLMIME-Version: 1.0/Content-Type: x//    |
        ALLContent-type: x/mime-version : 1.0//   |
        ALLContent-Type: x//                      | no-mime-version
        ALLContent-Transfer-Encoding:base64/      | no-mime-version
        ALL/Content-Type: x/                      |
        From someone/ALL/                         |
        >From someone/ALL/                        |
        ALLX: \u00fc/                             | raw-8bit-header
        ALLX: x/\\t\u00fc/                        | raw-8bit-header
        ALL/X: \u00fc/                            |
        """)
    void reportsDeviations(String content, @Nullable String deviations) {
        HeaderScan scan = scan(content.translateEscapes().replace("/", "\r\n").replace("ALL", ALL), true);
        assertThat(keys(scan)).isEqualTo(deviations == null ? "" : deviations);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "997, 0", "998, 0", "999, 0", "5000, 0", "990, 8", "990, 9", "1, 997", "1, 998", "1, 5000"})
    void endsTheHeaderAtAnOverlongNameAsTheRewriterDoes(int name, int blanks) throws Exception {
        String content = "X".repeat(name) + " ".repeat(blanks) + ": y\r\nFrom: a@b.test\r\nReceived: x\r\n\r\n";
        boolean isField = HeaderReader.from(new ByteArrayInputStream(content.getBytes(ISO_8859_1)), 100_000)
                .isPresent();

        assertThat(isField).isEqualTo(name + blanks <= 998);
        for (boolean whole : new boolean[] {true, false}) {
            HeaderScan scan = scan(content, whole);
            assertThat(scan.author().isPresent()).isEqualTo(isField);
            assertThat(scan.receivedFields()).isEqualTo(isField ? 1 : 0);
            assertThat(scan.deviations().contains(Deviation.NO_BLANK_LINE)).isEqualTo(!isField);
        }
    }

    @ParameterizedTest
    @CsvSource({"Fro", "From", "From ", "From:", "From: x", "X: y/Da", "X: y/", "X: y/\\t"})
    void reportsNothingForAnIncompleteHeader(String beginning) {
        assertThat(keys(scan(beginning.translateEscapes().replace("/", "\r\n"), false)))
                .isEmpty();
    }

    // In the table: / stands for CRLF.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        by relay.test id 01JD4Z7K2M9QX;/\\tdate                                  | true
        from x ([10.0.0.1])/\\tby RELAY.test with UTF8SMTP id 01JD4Z7K2M9QX;     | true
        from by ([10.0.0.1])/\\tby relay.test with SMTP id 01JD4Z7K2M9QX;/\\td   | true
        from x by relay.test2 with ESMTP id 01JD4Z7K2M9QX;                       | false
        from x by relay.test (Exim 4.96) id 01JD4Z7K2M9QX;                       | false
        from x by relay.test with ESMTP id 01jd4z7k2m9qx;                        | false
        from x by relay.test with ESMTP id 01JD4Z7K2M9Q;                         | false
        from x by relay.test with ESMTP                                          | false
        by relay.test                                                            | false
        by                                                                       | false
        """)
    void recognizesFieldsThatTheRelayWrote(String value, boolean own) {
        String text = value.translateEscapes().replace("/", "\r\n") + "\r\n";
        assertThat(scan("Received: " + text, true).previousId()).isEqualTo(own ? Optional.of(ID) : Optional.empty());
        assertThat(scan("X-O365-Relay-Notice: " + text, true).noticeAbout().isPresent())
                .isEqualTo(own);
    }

    // In the table: / stands for CRLF.
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
        From: a@b.example//x                       | a@b.example
        Subject: x/FROM : A/\t<a@b.example>/To: c  | A/\t<a@b.example>
        From: a@b.example/From: c@d.example        | a@b.example
        From a@b.example Mon Jan 1/From: c@d.example | c@d.example
        Subject: x//From: a@b.example              | none
        """)
    void returnsTheFirstFrom(String content, @Nullable String author) {
        HeaderScan scan = scan(content.translateEscapes().replace("/", "\r\n"), true);
        String expected = author == null ? null : author.translateEscapes().replace("/", "\r\n");
        assertThat(scan.author().map(String::strip).orElse(null)).isEqualTo(expected);
    }

    // In the table: / stands for CRLF.
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
        Subject: Scan/Message-ID: <1@mfp>//      | Scan      | <1@mfp>
        SUBJECT : a/\tb/Subject: c/message-id:<2@mfp>/Message-ID: <3@mfp> | a b | <2@mfp>
        Subject: Scan                            | Scan      | none
        From x/Message-ID:/Subject:/             | none      | none
        X: y//Subject: Scan                      | none      | none
        Subject: ü/                         | ü    | none
        """)
    void returnsTheSearchableHeaders(String content, @Nullable String subject, @Nullable String messageId) {
        HeaderScan scan = scan(content.translateEscapes().replace("/", "\r\n"), true);
        assertThat(scan.searchableHeaders()).isEqualTo(new SearchableHeaders(subject, messageId));
    }

    @Test
    void scansAnyOctets() {
        Random random = new Random(5322);
        byte[] alphabet = "\r\n :\tFrom>Received by relay.test id\u00fc\0".getBytes(ISO_8859_1);
        for (int round = 0; round < 50_000; round++) {
            byte[] octets = new byte[random.nextInt(40)];
            for (int i = 0; i < octets.length; i++) {
                octets[i] = alphabet[random.nextInt(alphabet.length)];
            }
            HeaderScan whole = HeaderScan.scan(octets, true, "relay.test");
            HeaderScan part = HeaderScan.scan(Arrays.copyOf(octets, octets.length / 2), false, "relay.test");
            assertThat(whole.searchableHeaders()).isNotNull();
            assertThat(whole.receivedFields()).isGreaterThanOrEqualTo(part.receivedFields());
        }
    }

    private static HeaderScan scan(String content, boolean whole) {
        return HeaderScan.scan(content.getBytes(ISO_8859_1), whole, "relay.test");
    }

    private static String keys(HeaderScan scan) {
        return scan.deviations().stream().map(Deviation::key).collect(Collectors.joining(" "));
    }
}
