package org.o365relay.notice;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;

/// Notices for senders that requested them with DSN parameters.
class RequestedNoticeTest {

    private static final String MESSAGE =
            "From: Ann Author <ann@contoso.com>\nSubject: Scan from floor 2\n\nGr\u00fc\u00dfe\n\n.\nFrom the printer";

    @Test
    void returnsTheWholeMessageIfRequested() throws Exception {
        Failure failure = failure(MESSAGE, ReturnedContent.FULL, BodyType.EIGHT_BIT);

        Golden.assertSame("whole-message", writer().write(failure).orElseThrow());
        MimeMessage notice = parsed(writer().write(failure).orElseThrow());
        assertThat(notice.getEncoding()).isEqualTo("8bit");
        assertThat(((MimeMultipart) notice.getContent()).getBodyPart(2).getContent())
                .isInstanceOfSatisfying(
                        MimeMessage.class, whole -> assertThat(subjectOf(whole)).isEqualTo("Scan from floor 2"));
    }

    @Test
    void writesARelayedNotice() throws Exception {
        Notice notice = writer().write(relaying("ann@contoso.com")).orElseThrow();

        Golden.assertSame("relayed", notice);
        assertThat(parsed(notice).getHeader("Auto-Submitted")).containsExactly("auto-replied");
        assertThat(notice.envelope().returnPath()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Subject: x\n\nNUL \0",
                "Subject: x\n\n--=_01JD4Z7K2M9QX.MWQ25YRC--",
            })
    void returnsOnlyTheHeaderIfTheMessageCannotBeReturned(String message) {
        assertThat(text(failure(message, ReturnedContent.FULL, BodyType.SEVEN_BIT)))
                .contains("Content-Type: text/rfc822-headers")
                .doesNotContain("message/rfc822");
        assertThat(text(failure("Subject: x\n\n" + "y".repeat(999), ReturnedContent.FULL, BodyType.SEVEN_BIT)))
                .doesNotContain("message/rfc822");
        assertThat(text(failure("Subject: x\n\n" + "y".repeat(998), ReturnedContent.FULL, BodyType.SEVEN_BIT)))
                .contains("message/rfc822");
    }

    @ParameterizedTest
    @CsvSource({
        "FULL,SEVEN_BIT,message/rfc822",
        "FULL,BINARY,text/rfc822-headers",
        "HEADERS,SEVEN_BIT,text/rfc822-headers",
        "NOT_GIVEN,SEVEN_BIT,text/rfc822-headers"
    })
    void returnsAsMuchOfTheMessageAsRequested(ReturnedContent returned, BodyType body, String type) {
        assertThat(text(failure("Subject: x\n\ntext\n", returned, body))).contains("Content-Type: " + type);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        # envelope sender     | author          | told
        ann@contoso.com       | bob@contoso.com | ann@contoso.com
        root@printer.local    | bob@contoso.com |
        RELAY@contoso.example | bob@contoso.com |
        root                  |                 |
                              | bob@contoso.com |
        """, delimiter = '|')
    void sendsTheRelayedNoticeToTheEnvelopeSender(
            @Nullable String sender, @Nullable String author, @Nullable String told) {
        RelayedMessage relaying = relaying(sender, author, false);

        assertThat(writer().write(relaying).map(notice -> notice.envelope().recipients()))
                .isEqualTo(told == null ? Optional.empty() : Optional.of(List.of(address(told))));
        assertThat(writer().write(relaying(sender, author, true))).isEmpty();
    }

    @Test
    void listsTwentyRecipientsInTheTextAndAllInTheStatus() {
        List<RelayedRecipient> many = IntStream.range(0, 30)
                .mapToObj(i -> new RelayedRecipient(
                        new Recipient(i, address("user" + i + "@fabrikam.com")), Reply.plain(250, "OK")))
                .toList();
        Failure base = Failures.refused().failure();
        RelayedMessage relaying = new RelayedMessage(
                base.id(),
                base.arrival(),
                base.envelope(),
                false,
                base.original(),
                many,
                "smtp.example.org",
                base.occurredAt());

        assertThat(text(writer().write(relaying).orElseThrow()))
                .contains("    user19@fabrikam.com\r\n    and 10 more\r\n")
                .contains("Final-Recipient: rfc822; user29@fabrikam.com\r\nAction: relayed\r\nStatus: 2.0.0\r\n");
        assertThatThrownBy(() -> new RelayedMessage(
                        base.id(),
                        base.arrival(),
                        base.envelope(),
                        false,
                        base.original(),
                        List.of(),
                        "x",
                        base.occurredAt()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"smarthost.example.org:587,smarthost.example.org", "smarthost.example.org,smarthost.example.org"})
    void reportsTheRemoteMtaWithoutItsPort(String upstream, String host) {
        Failure base = Failures.refused().failure();
        Failure failure = new Failure(
                base.id(),
                base.arrival(),
                base.envelope(),
                false,
                base.original(),
                base.recipients(),
                upstream,
                1,
                base.occurredAt());

        assertThat(text(failure)).contains("\r\nRemote-MTA: dns; " + host + "\r\n");
    }

    @ParameterizedTest
    @EnumSource(
            value = ReturnedContent.class,
            names = {"FULL", "HEADERS"})
    void neverRevealsBccRecipients(ReturnedContent returned) {
        String header = """
            Subject: x
            Bcc: secret@x.example,
            \tsecond@x.example
            To: a@x.example
            RESENT-BCC : third@x.example
            X-Last: y
            """.replace("\n", "\r\n");
        Failure base = failure("Subject: x\n\n", returned, BodyType.SEVEN_BIT);
        Failure failure = new Failure(
                base.id(),
                base.arrival(),
                base.envelope(),
                false,
                new ReportedMessage(address("ann@contoso.com"), header.getBytes(UTF_8))
                        .with((header + "\r\nBcc: of the text\r\n").getBytes(UTF_8)),
                base.recipients(),
                base.upstream(),
                1,
                base.occurredAt());

        assertThat(text(failure))
                .contains("To: a@x.example\r\nX-Last: y\r\n")
                .doesNotContain("secret@", "second@", "third@")
                .matches(text -> text.contains("Bcc: of the text") == (returned == ReturnedContent.FULL));
    }

    private static Failure failure(String message, ReturnedContent returned, BodyType body) {
        Failure base = Failures.refused().failure();
        byte[] content = message.getBytes(ISO_8859_1);
        return new Failure(
                base.id(),
                base.arrival(),
                envelope("ann@contoso.com", returned, body),
                false,
                new ReportedMessage(address("ann@contoso.com"), "Subject: Scan\r\n".getBytes(UTF_8)).with(content),
                base.recipients(),
                base.upstream(),
                1,
                base.occurredAt());
    }

    private static RelayedMessage relaying(String sender) {
        return relaying(sender, null, false);
    }

    private static RelayedMessage relaying(@Nullable String sender, @Nullable String author, boolean isNotice) {
        Failure base = Failures.refused().failure();
        ReportedMessage original = new ReportedMessage(
                author == null ? null : address(author), base.original().header());
        Reply reply = Reply.of(250, "2.6.0", "Queued mail for delivery");
        return new RelayedMessage(
                base.id(),
                base.arrival(),
                envelope(sender, ReturnedContent.FULL, BodyType.SEVEN_BIT),
                isNotice,
                original,
                List.of(new RelayedRecipient(new Recipient(0, address("bob@fabrikam.com")), reply)),
                "smarthost.example.org",
                base.occurredAt());
    }

    private static Envelope envelope(@Nullable String sender, ReturnedContent returned, BodyType body) {
        ForRecipient wishes = new ForRecipient(
                Set.of(NotifyCondition.SUCCESS), new OriginalRecipient("rfc822", "robert+x@fabrikam.com"));
        return new Envelope(
                sender == null ? null : address(sender),
                List.of(address("bob@fabrikam.com")),
                false,
                body,
                new DsnRequest("QQ+314159", returned, Map.of(address("bob@fabrikam.com"), wishes)));
    }

    private static NoticeWriter writer() {
        return new NoticeWriter(new NoticeSettings(null), address("relay@contoso.example"), "relay.contoso.example");
    }

    private static String text(Failure failure) {
        return text(writer().write(failure).orElseThrow());
    }

    private static String text(Notice notice) {
        return new String(notice.content(), ISO_8859_1);
    }

    private static MimeMessage parsed(Notice notice) throws Exception {
        return new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(notice.content()));
    }

    private static String subjectOf(MimeMessage message) {
        try {
            return message.getSubject();
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
