package org.o365relay.accept.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.HeaderSizeLimit;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.SearchableHeaders;

class HeaderScanTest {

    private static final QueueId ID = QueueId.parse("01JD4Z7K2M9QX").orElseThrow();
    private static final String ALL = "From: a\r\nDate: b\r\nMessage-ID: c\r\n";

    // In the table: / stands for CRLF, ALL for the three required fields.
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
        ALLMESSAGE-ID: y/                         | repeated-field
        ALLSubject: x/subject : y/To: a/Cc: a//   | repeated-field
        ALLDate: x/From: y//                      | multiple-from repeated-field
        ALLReceived: x/Received: y/X: z/X: z//    |
        //ALL/body                                |
        /User-Agent: x/ALL/body                   |
        /DKIM-Signature: x/ALL/body               |
        /List-Unsubscribe: x/ALL/body             |
        /Resent-From: x/ALL/body                  |
        /Priority: x/ALL/                         | no-from no-date no-message-id
        //hello/ALL/                              | no-from no-date no-message-id
        ALL--x:y/                                 | no-blank-line
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
        HeaderScan scan = scan(content.translateEscapes().replace("/", "\r\n").replace("ALL", ALL));
        assertThat(keys(scan)).isEqualTo(deviations == null ? "" : deviations);
    }

    @ParameterizedTest
    @CsvSource({"Fro", "From", "From ", "From:", "From: x", "X: y/Da", "X: y/", "X: y/\\t"})
    void reportsNothingForAnIncompleteHeader(String beginning) {
        HeaderScan scan = new HeaderScan("relay.test");
        scan.add(beginning.translateEscapes().replace("/", "\r\n").getBytes(ISO_8859_1));
        assertThat(scan.hasEnded()).isFalse();
        assertThat(keys(scan)).isEmpty();
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
        assertThat(scan("Received: " + text).previousId()).isEqualTo(own ? Optional.of(ID) : Optional.empty());
        assertThat(scan("X-O365-Relay-Notice: " + text).noticeAbout().isPresent())
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
        HeaderScan scan = scan(content.translateEscapes().replace("/", "\r\n"));
        String expected = author == null ? null : author.translateEscapes().replace("/", "\r\n");
        assertThat(scan.fromField().map(String::strip).orElse(null)).isEqualTo(expected);
    }

    // In the table: / stands for CRLF.
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
        Subject: Scan/Message-ID: <1@mfp>//      | Scan      | <1@mfp>
        SUBJECT : a/\tb/Subject: c/message-id:<2@mfp>/Message-ID: <3@mfp> | a b | <2@mfp>
        Subject: Scan                            | Scan      | none
        From x/Message-ID:/Subject:/             | none      | none
        Subject: /Subject: b/Message-ID:/Message-ID: <2@mfp>/Subject: c/ | b | <2@mfp>
        X: y//Subject: Scan                      | none      | none
        Subject: ü/                         | ü    | none
        """)
    void returnsTheSearchableHeaders(String content, @Nullable String subject, @Nullable String messageId) {
        HeaderScan scan = scan(content.translateEscapes().replace("/", "\r\n"));
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
            HeaderScan whole = scan(new String(octets, ISO_8859_1));
            HeaderScan part = scan(new String(octets, 0, octets.length / 2, ISO_8859_1));
            assertThat(whole.searchableHeaders()).isNotNull();
            assertThat(whole.receivedFields()).isGreaterThanOrEqualTo(part.receivedFields());
        }
    }

    @Test
    void scansAllPartsOfALongHeader() {
        HeaderScan scan = new HeaderScan("relay.test");
        for (int i = 0; i < 1000; i++) {
            scan.add(("X-Padding: " + "x".repeat(500) + "\r\nRece").getBytes(ISO_8859_1));
            scan.add("ived: by x\r\n".getBytes(ISO_8859_1));
        }
        scan.add(("Received: by relay.test id " + ID + ";\r\n\r\nReceived: body\r\n").getBytes(ISO_8859_1));

        assertThat(scan.hasEnded()).isTrue();
        assertThat(scan.receivedFields()).isEqualTo(1001);
        assertThat(scan.previousId()).contains(ID);
        assertThat(scan.deviations()).contains(Deviation.NO_FROM);
    }

    @Test
    void reportsNothingAboutAHeaderThatIsTooLarge() {
        HeaderScan scan = new HeaderScan("relay.test", new HeaderSizeLimit(100, 10));
        scan.add(("X: " + "x".repeat(100)).getBytes(ISO_8859_1));
        scan.end();

        assertThat(scan.isTooLarge()).isTrue();
        assertThat(scan.deviations()).isEmpty();
    }

    private static HeaderScan scan(String content) {
        HeaderScan scan = new HeaderScan("relay.test");
        scan.add(content.getBytes(ISO_8859_1));
        scan.end();
        return scan;
    }

    private static String keys(HeaderScan scan) {
        return scan.deviations().stream().map(Deviation::key).collect(Collectors.joining(" "));
    }
}
