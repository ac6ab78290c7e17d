package org.o365relay.notice;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

class NoticeWriterTest {

    private static final String LONG_REPLY =
            "SendAsDenied; info@contoso.com not allowed to send as relay@contoso.example; "
                    + "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message "
                    + "due to a permanent exception with message [BeginDiagnosticData]Cannot submit message. "
                    + "0.35250:0A00A280, 1.36674:0A000000, ".repeat(60)
                    + "A".repeat(1_500) + "[EndDiagnosticData] [Hostname=AM0PR01MB0001.prod.outlook.com]";

    static Stream<Arguments> golden() {
        String encoded = """
                From: =?utf-8?Q?B=C3=BCro?= <ann@contoso.com>
                Subject: =?utf-8?B?U2NhbiBhdXMgTcO8bmNoZW4=?=
                Message-ID: <1@printer>
                X-Raw: M\u00fcnchen
                """;
        return Stream.of(
                Arguments.of("refused-recipient", Failures.refused().failure()),
                Arguments.of("expired", Failures.refused().expired().failure()),
                Arguments.of(
                        "long-reply",
                        Failures.refused()
                                .replying(Reply.of(554, "5.2.252", LONG_REPLY))
                                .failure()),
                Arguments.of("two-of-three", Failures.refused().twoOfThree().failure()),
                Arguments.of("not-tried", Failures.refused().headerTooLarge().failure()),
                Arguments.of(
                        "encoded-original", Failures.refused().header(encoded).failure()),
                Arguments.of(
                        "nothing-known",
                        Failures.refused().header("").author("root@localhost").failure()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void writesTheExpectedNotice(String name, Failure failure) throws IOException {
        Golden.assertSame(name, writer(address("it@contoso.com")).write(failure).orElseThrow());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void writesAValidMultipartReport(String name, Failure failure) throws Exception {
        MimeMessage notice = parsed(failure);

        ContentType type = new ContentType(notice.getContentType());
        assertThat(type.match("multipart/report")).isTrue();
        assertThat(type.getParameter("report-type")).isEqualTo("delivery-status");
        assertThat(part(notice, 0).getContentType()).startsWith("text/plain");
        assertThat(part(notice, 1).getContentType()).startsWith("message/delivery-status");
        assertThat(notice.getHeader("Auto-Submitted")).containsExactly("auto-replied");
        InternetAddress from = (InternetAddress) notice.getFrom()[0];
        assertThat(from.toString()).isEqualTo("Mail relay <relay@contoso.example>");
        String all = new String(content(failure), ISO_8859_1);
        assertThat(all).isEqualTo(new String(content(failure), ISO_8859_1));
        assertThat(all.replace("\r\n", "")).doesNotContain("\r", "\n");
        assertThat(all.lines()).allMatch(line -> line.length() <= 998);
        assertThat(all.chars()).allMatch(c -> c < 0x80);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            # author             | sender          | is notice | admin            | told
            ann@contoso.com      | ann@contoso.com | false     | it@contoso.com   | ann@contoso.com
            root@localhost       | root            | false     | it@contoso.com   | it@contoso.com
            RELAY@contoso.example| root            | false     | it@contoso.com   | it@contoso.com
                                 | root            | false     | it@contoso.com   | it@contoso.com
                                 | root            | false     |                  |
            ann@contoso.com      |                 | false     | it@contoso.com   |
            ann@contoso.com      | ann@contoso.com | true      | it@contoso.com   |
            """, delimiter = '|')
    void choosesTheRecipient(String author, String sender, boolean isNotice, String admin, String told) {
        Failure failure = Failures.refused()
                .author(author)
                .sender(sender)
                .isNotice(isNotice)
                .failure();
        NoticeWriter writer = writer(admin == null ? null : address(admin));

        List<EmailAddress> recipients = writer.write(failure).stream()
                .flatMap(notice -> notice.envelope().recipients().stream())
                .toList();

        assertThat(recipients).isEqualTo(told == null ? List.of() : List.of(address(told)));
    }

    @Test
    void hasTheNullSender() {
        Notice notice = writer(null).write(Failures.refused().failure()).orElseThrow();

        assertThat(notice.envelope().returnPath()).isEmpty();
        assertThat(notice.envelope().smtpUtf8()).isFalse();
    }

    @Test
    void reportsTheStatusOfEachRecipient() throws Exception {
        MimeMessage notice = parsed(Failures.refused().twoOfThree().failure());

        String status = text(part(notice, 1));
        assertThat(status.split("\r\n\r\n")).hasSize(3);
        assertThat(status)
                .startsWith("Reporting-MTA: dns; relay.contoso.example\r\n")
                .contains("Final-Recipient: rfc822; bob@fabrikam.com\r\nAction: failed\r\nStatus: 5.1.10\r\n")
                .contains("Final-Recipient: rfc822; eve@fabrikam.com\r\nAction: failed\r\nStatus: 5.7.124\r\n")
                .contains("Remote-MTA: dns; smtp.office365.com\r\n");
    }

    @Test
    void refersToTheOriginalMessage() throws Exception {
        MimeMessage notice = parsed(Failures.refused()
                .header("Subject: a\r\n b\r\nMessage-ID:\r\n <7@nas>\r\n")
                .failure());

        assertThat(notice.getSubject()).isEqualTo("Not delivered: a b");
        assertThat(notice.getHeader("In-Reply-To")).containsExactly("<7@nas>");
        assertThat(notice.getHeader("References")).containsExactly("<7@nas>");
    }

    @Test
    void ignoresAnInvalidMessageId() throws Exception {
        MimeMessage notice =
                parsed(Failures.refused().header("Message-ID: 17 <a> b\r\n").failure());

        assertThat(notice.getHeader("In-Reply-To")).isNull();
    }

    @Test
    void truncatesALongReplyOnlyInTheReadablePart() throws Exception {
        MimeMessage notice = parsed(Failures.refused()
                .replying(Reply.of(554, "5.2.252", LONG_REPLY))
                .failure());

        assertThat(text(part(notice, 0))).contains("SendAsDenied;").hasSizeLessThan(3_000);
        assertThat(text(part(notice, 1)).replaceAll("\\s+", "")).contains(LONG_REPLY.replaceAll("\\s+", ""));
    }

    @Test
    void quotesAtMost32KilobytesOfTheHeader() throws Exception {
        String header =
                "Subject: x\r\n" + ("X-Field: " + "y".repeat(60) + "\r\n " + "z".repeat(60) + "\r\n").repeat(400);

        String quoted = text(part(parsed(Failures.refused().header(header).failure()), 2));

        assertThat(quoted).hasSizeBetween(31 * 1024, 32 * 1024).endsWith("z\r\n");
        assertThat(header).startsWith(quoted);
    }

    @Test
    void staysSmallForHundredsOfRecipients() throws Exception {
        List<FailedRecipient> many = IntStream.range(0, 500)
                .mapToObj(i -> Failures.failed(i, "user" + i + "@fabrikam.com", Reply.of(554, "5.2.252", LONG_REPLY)))
                .toList();

        MimeMessage notice = parsed(Failures.refused().recipients(many).failure());

        assertThat(text(part(notice, 0))).contains("and 480 more").hasSizeLessThan(4_000);
        assertThat(text(part(notice, 1))).contains("user499@fabrikam.com").hasSizeLessThan(500_000);
    }

    @Test
    void sanitizesTheReplyOfTheUpstream() throws Exception {
        Reply hostile = Reply.of(550, "5.0.0", "no\r\nX-Evil: 1\r\n\r\n--=_" + Failures.ID + "\u0000\u00fc\u2028x");

        MimeMessage notice = parsed(Failures.refused().replying(hostile).failure());

        assertThat(((MimeMultipart) notice.getContent()).getCount()).isEqualTo(3);
        assertThat(text(part(notice, 1))).doesNotContain("\r\nX-Evil", "\u0000").contains(" X-Evil: 1 ");
    }

    @Test
    void encodesAnInternationalizedRecipientInAscii() throws Exception {
        Reply reply = Reply.of(550, "5.6.7", "no SMTPUTF8");
        List<FailedRecipient> failed = List.of(Failures.failed(0, "bj\u00f6rn@fabrikam.com", reply));

        MimeMessage notice = parsed(Failures.refused().recipients(failed).failure());

        assertThat(text(part(notice, 1))).contains("Final-Recipient: utf-8; bj\\x{F6}rn@fabrikam.com\r\n");
        assertThat(text(part(notice, 0))).contains("bj\u00f6rn@fabrikam.com");
    }

    @Test
    void requiresARecipient() {
        Failures failures = Failures.refused().recipients(List.of());

        assertThatThrownBy(failures::failure).isInstanceOf(IllegalArgumentException.class);
    }

    static byte[] content(Failure failure) {
        return writer(address("it@contoso.com")).write(failure).orElseThrow().content();
    }

    private static NoticeWriter writer(@Nullable EmailAddress admin) {
        return new NoticeWriter(new NoticeSettings(admin), address("relay@contoso.example"), "relay.contoso.example");
    }

    private static MimeMessage parsed(Failure failure) throws Exception {
        return new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(content(failure)));
    }

    private static BodyPart part(MimeMessage message, int index) throws Exception {
        return ((MimeMultipart) message.getContent()).getBodyPart(index);
    }

    private static String text(BodyPart part) throws Exception {
        return new String(part.getInputStream().readAllBytes(), UTF_8);
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
