package org.o365relay.notice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportedMessage;

/// Writes delivery status notifications, digests and emails to the admin. Chooses their recipients, except
/// those of digests.
public final class NoticeWriter {

    private final NoticeSettings settings;
    private final EmailAddress mailbox;
    private final String hostname;
    private final NoticeTexts texts;

    /// @param mailbox the mailbox that sends the notices; its address is in their From field
    /// @param hostname host name of the relay
    public NoticeWriter(NoticeSettings settings, EmailAddress mailbox, String hostname) {
        this.settings = settings;
        this.mailbox = mailbox;
        this.hostname = hostname;
        this.texts = new NoticeTexts(settings.language(), settings.zone());
    }

    /// The caller must check whether the sender requested the notice (RFC 3461 §4.1).
    ///
    /// @return the author, or the admin if the author is unknown, cannot be reached or is the mailbox itself;
    ///     empty if no admin is configured either, or if the message is a notice or has the null sender
    ///     (RFC 5321 §4.5.5)
    public Optional<EmailAddress> noticeRecipient(Failure failure) {
        return author(failure)
                .or(() -> forbidsNotices(failure) ? Optional.empty() : Optional.ofNullable(settings.admin()));
    }

    /// Writes the notice for the [#noticeRecipient(Failure)]. The same failure always produces the same bytes.
    public Optional<Notice> write(Failure failure) {
        String subjectKey = failure.isProbablyDelivered() ? "unconfirmed.subject" : "failed.subject";
        return noticeRecipient(failure).map(recipient -> notice(failure, recipient, subjectKey));
    }

    /// @param original a message that is not a notice itself
    /// @return the author; empty if the author is unknown, cannot be reached or is the mailbox itself, or if
    ///     the message has the null sender
    public Optional<EmailAddress> delayNoticeRecipient(Envelope envelope, ReportedMessage original) {
        return original.noticeAddress()
                .filter(_ -> envelope.returnPath().isPresent())
                .filter(this::canReceiveNotices);
    }

    /// Writes the notice for the [#delayNoticeRecipient].
    public Optional<Notice> write(Delay delay) {
        return delayNoticeRecipient(delay.envelope(), delay.original())
                .map(recipient -> notice(delay, recipient, "delayed.subject"));
    }

    /// Writes the notice that a message was relayed to a server that does not report deliveries. Its recipient
    /// is always the envelope sender, because only that address was checked when the client submitted the
    /// message.
    ///
    /// @return the notice; empty if the message is a notice or has the null sender, or if the sender cannot be
    ///     reached or is the mailbox itself
    public Optional<Notice> write(RelayedMessage relayed) {
        return relayed.envelope()
                .returnPath()
                .filter(_ -> !relayed.isNotice())
                .filter(this::canReceiveNotices)
                .map(recipient -> notice(relayed, recipient, "relayed.subject"));
    }

    /// @return whether an admin is configured
    public boolean hasAdmin() {
        return settings.admin() != null;
    }

    /// @return the email; empty if no admin is configured
    public Optional<Notice> write(AdminWarning warning) {
        return Optional.ofNullable(settings.admin()).map(admin -> notice(warning, admin));
    }

    /// @param id queue ID used in the Message-ID of the digest, normally that of the newest listed message
    public Notice write(Digest digest, QueueId id) {
        DigestText text = new DigestText(digest, hostname, texts);
        try {
            StringBuilder header = new StringBuilder();
            appendAddressing(header, digest.recipient(), text.subject());
            append(
                    header,
                    "Message-ID",
                    "<digest." + id + "." + encodedTime(digest.now()) + "@" + mailbox.domain() + ">");
            append(header, "Auto-Submitted", "auto-generated"); // RFC 3834 §5
            append(header, "MIME-Version", "1.0");
            append(header, "Content-Type", "text/plain; charset=utf-8");
            append(header, "Content-Transfer-Encoding", "quoted-printable");
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            content.write(header.append("\r\n").toString().getBytes(UTF_8));
            content.write(MultipartReport.quotedPrintable(text.compose().getBytes(UTF_8)));
            return fromNullSender(digest.recipient(), content.toByteArray());
        } catch (MessagingException | IOException inMemory) {
            throw new IllegalStateException("cannot write the digest about " + digest.client(), inMemory);
        }
    }

    private static Notice fromNullSender(EmailAddress recipient, byte[] content) {
        return new Notice(new Envelope(null, List.of(recipient), !recipient.isAscii()), content);
    }

    private Notice notice(AdminWarning warning, EmailAddress admin) {
        // always in English, like the log
        PlainTextBody body = new PlainTextBody(texts);
        body.paragraph("This is the mail relay " + hostname + ".");
        warning.paragraphs().forEach(body::paragraph);
        try {
            String content = header(warning, admin) + body.text();
            return fromNullSender(admin, content.getBytes(UTF_8));
        } catch (IOException inMemory) {
            throw new IllegalStateException("cannot write the warning " + warning.id(), inMemory);
        }
    }

    private String header(AdminWarning warning, EmailAddress admin) throws IOException {
        StringBuilder header = new StringBuilder();
        append(header, "From", "Mail relay <" + mailbox + ">");
        append(header, "To", "<" + admin + ">");
        append(header, "Subject", MimeUtility.encodeText(warning.subject(), "UTF-8", null));
        append(header, "Message-ID", "<" + warning.id() + "@" + mailbox.domain() + ">");
        append(header, "Auto-Submitted", "auto-generated"); // RFC 3834 §5
        append(header, "MIME-Version", "1.0");
        append(header, "Content-Type", "text/plain; charset=utf-8");
        append(header, "Content-Transfer-Encoding", "8bit");
        return header.append("\r\n").toString();
    }

    private Optional<EmailAddress> author(NoticeEvent event) {
        return event.original()
                .noticeAddress()
                .filter(_ -> !forbidsNotices(event))
                .filter(this::canReceiveNotices);
    }

    private static boolean forbidsNotices(NoticeEvent event) {
        return event.isNotice() || event.envelope().returnPath().isEmpty();
    }

    private boolean canReceiveNotices(EmailAddress address) {
        return address.isReachable() && !address.key().equals(mailbox.key());
    }

    private Notice notice(NoticeEvent event, EmailAddress recipient, String subjectKey) {
        try {
            OriginalHeader original = new OriginalHeader(event.original());
            MultipartReport report = report(event, original);
            String title = original.text("Subject").orElseGet(() -> texts.text("unnamed"));
            String subject = texts.text(subjectKey, "subject", title);
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            content.write(header(event, original, recipient, subject, report).getBytes(UTF_8));
            report.writeTo(content);
            return fromNullSender(recipient, content.toByteArray());
        } catch (MessagingException | IOException inMemory) {
            throw new IllegalStateException("cannot write the notice for " + event.id(), inMemory);
        }
    }

    private MultipartReport report(NoticeEvent event, OriginalHeader original) throws MessagingException, IOException {
        MultipartReport report = new MultipartReport("=_" + uniqueName(event));
        String explanation = switch (event) {
            case Failure failure -> new FailureText(failure, original, hostname, texts).compose();
            case RelayedMessage relayed -> new RelayedText(relayed, original, hostname, texts).compose();
            case Delay delay -> new DelayText(delay, original, hostname, texts).compose();
        };
        report.add("text/plain; charset=utf-8", "Notification", explanation.getBytes(UTF_8));
        String status = new DeliveryStatus(event).compose(hostname);
        // RFC 3464 §2.1: always 7bit
        report.addPlain("message/delivery-status", "Delivery report", status.getBytes(US_ASCII));
        // RFC 3461 §6.2: the whole message if requested and possible, otherwise its header
        boolean complete = event instanceof Failure failure && report.addMessage("Undelivered message", whole(failure));
        byte[] quoted = original.quoted();
        if (!complete && quoted.length > 0) {
            String description = event instanceof Failure ? "Undelivered message headers" : "Message headers";
            report.add("text/rfc822-headers", description, quoted);
        }
        return report;
    }

    /// @return the message without Bcc; empty if the whole message was not requested, or cannot be returned
    ///     because it is binary or may have a UTF-8 header
    private static byte[] whole(Failure failure) {
        Envelope envelope = failure.envelope();
        boolean requested = envelope.dsnRequest().returned() == DsnRequest.ReturnedContent.FULL;
        return requested && envelope.body() != BodyType.BINARY && !envelope.smtpUtf8()
                ? OriginalHeader.withoutBcc(failure.original().content())
                : new byte[0];
    }

    private String header(
            NoticeEvent event, OriginalHeader original, EmailAddress recipient, String subject, MultipartReport report)
            throws IOException {
        StringBuilder header = new StringBuilder();
        appendAddressing(header, recipient, subject);
        append(header, "Message-ID", "<" + uniqueName(event) + "@" + mailbox.domain() + ">");
        original.messageId().ifPresent(id -> {
            append(header, "In-Reply-To", id);
            append(header, "References", id);
        });
        append(header, "Auto-Submitted", "auto-replied"); // RFC 3834 §5
        // recognized by accept.session.HeaderScan when a client sends the notice back
        append(header, "X-O365-Relay-Notice", "by " + hostname + " id " + event.id());
        append(header, "MIME-Version", "1.0");
        append(header, "Content-Type", report.getContentType());
        if (report.isEightBit()) {
            append(header, "Content-Transfer-Encoding", "8bit");
        }
        return header.append("\r\n").toString();
    }

    private void appendAddressing(StringBuilder header, EmailAddress recipient, String subject)
            throws UnsupportedEncodingException {
        append(header, "From", MimeUtility.encodeText(texts.text("relay"), "UTF-8", null) + " <" + mailbox + ">");
        append(header, "To", "<" + recipient + ">");
        append(header, "Subject", MimeUtility.encodeText(subject, "UTF-8", null));
    }

    /// Returns a different name for each notice about the same message. Delivery to its recipients can fail at
    /// different times, and can fail for some while the message is relayed to others.
    private static String uniqueName(NoticeEvent event) {
        String name = event.id() + "." + encodedTime(event.occurredAt());
        return switch (event) {
            case Failure _ -> name;
            case RelayedMessage _ -> name + ".R";
            case Delay _ -> name + ".D";
        };
    }

    private static String encodedTime(Instant now) {
        return Long.toString(now.toEpochMilli(), 36).toUpperCase(Locale.ROOT);
    }

    private static void append(StringBuilder header, String name, String value) {
        header.append(name)
                .append(": ")
                .append(MimeUtility.fold(name.length() + 2, value))
                .append("\r\n");
    }
}
