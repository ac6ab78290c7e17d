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

/// Writes delivery status notifications, and letters to the admin: who is told, and what.
public final class NoticeWriter {

    private final NoticeSettings settings;
    private final EmailAddress mailbox;
    private final String hostname;
    private final NoticeTexts texts;

    /// @param mailbox author of the notices, as Exchange lets the relay send as nobody else
    /// @param hostname this relay's name
    public NoticeWriter(NoticeSettings settings, EmailAddress mailbox, String hostname) {
        this.settings = settings;
        this.mailbox = mailbox;
        this.hostname = hostname;
        this.texts = new NoticeTexts(settings.language(), settings.zone());
    }

    /// Whether the sender wants to hear of it (RFC 3461 §4.1) is asked elsewhere.
    ///
    /// @return who is told: the original author, else the admin; empty if nobody may be told: the message was a
    ///     notice itself or had the null sender (RFC 5321 §4.5.5), or nobody can be reached
    public Optional<EmailAddress> addressee(Failure failure) {
        return author(failure)
                .or(() -> isNeverAnswered(failure) ? Optional.empty() : Optional.ofNullable(settings.admin()));
    }

    /// Tells the [#addressee(Failure)]. The same failure gives the same bytes.
    public Optional<Notice> write(Failure failure) {
        return addressee(failure).map(recipient -> notice(failure, recipient, "failed.subject"));
    }

    /// Of a message that is no notice itself.
    ///
    /// @return who is told that it waits: the original author and nobody else; empty if nobody may be told
    public Optional<EmailAddress> delayAddressee(Envelope envelope, ReportedMessage original) {
        return original.author().filter(_ -> envelope.returnPath().isPresent()).filter(this::isSomebodyElse);
    }

    /// Tells [who is told][#delayAddressee].
    public Optional<Notice> write(Delay delay) {
        return delayAddressee(delay.envelope(), delay.original())
                .map(recipient -> notice(delay, recipient, "delayed.subject"));
    }

    /// Tells the sender of the envelope, and nobody else, that a message went where nobody reports deliveries to
    /// it: only of the sender it has been asked whether a client may have it written to.
    ///
    /// @return empty if nobody may be told, or can be reached
    public Optional<Notice> write(RelayedMessage relaying) {
        return relaying.envelope()
                .returnPath()
                .filter(_ -> !relaying.isNotice())
                .filter(this::isSomebodyElse)
                .map(recipient -> notice(relaying, recipient, "relayed.subject"));
    }

    /// Tells the admin, if there is one.
    public Optional<Notice> write(AdminWarning warning) {
        return Optional.ofNullable(settings.admin()).map(admin -> notice(warning, admin));
    }

    /// Tells of many messages at once.
    ///
    /// @param id of the newest of them, which makes the letter's Message-ID
    public Notice write(Digest digest, QueueId id) {
        DigestText text = new DigestText(digest, hostname, texts);
        try {
            StringBuilder header = new StringBuilder();
            address(header, digest.recipient(), text.subject(), digest.now());
            append(header, "Message-ID", "<digest." + id + "." + time(digest.now()) + "@" + mailbox.domain() + ">");
            append(header, "Auto-Submitted", "auto-generated"); // RFC 3834 §5
            append(header, "MIME-Version", "1.0");
            append(header, "Content-Type", "text/plain; charset=utf-8");
            append(header, "Content-Transfer-Encoding", "quoted-printable");
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            content.write(header.append("\r\n").toString().getBytes(UTF_8));
            content.write(MultipartReport.quotedPrintable(text.compose().getBytes(UTF_8)));
            return sent(digest.recipient(), content.toByteArray());
        } catch (MessagingException | IOException inMemory) {
            throw new IllegalStateException("cannot write the digest about " + digest.client(), inMemory);
        }
    }

    private static Notice sent(EmailAddress recipient, byte[] content) {
        return new Notice(new Envelope(null, List.of(recipient), !recipient.isAscii()), content);
    }

    private Notice notice(AdminWarning warning, EmailAddress admin) {
        // English as the log is: so is what it says
        PlainTextBody letter = new PlainTextBody(texts);
        letter.paragraph("This is the mail relay " + hostname + ".");
        warning.paragraphs().forEach(letter::paragraph);
        try {
            String content = header(warning, admin) + letter.text();
            return sent(admin, content.getBytes(UTF_8));
        } catch (IOException inMemory) {
            throw new IllegalStateException("cannot write the warning " + warning.id(), inMemory);
        }
    }

    private String header(AdminWarning warning, EmailAddress admin) throws IOException {
        StringBuilder header = new StringBuilder();
        append(header, "From", "Mail relay <" + mailbox + ">");
        append(header, "To", "<" + admin + ">");
        append(header, "Subject", MimeUtility.encodeText(warning.subject(), "UTF-8", null));
        append(header, "Date", DeliveryStatus.date(warning.now()));
        append(header, "Message-ID", "<" + warning.id() + "@" + mailbox.domain() + ">");
        append(header, "Auto-Submitted", "auto-generated"); // RFC 3834 §5
        append(header, "MIME-Version", "1.0");
        append(header, "Content-Type", "text/plain; charset=utf-8");
        append(header, "Content-Transfer-Encoding", "8bit");
        return header.append("\r\n").toString();
    }

    private Optional<EmailAddress> author(NoticeEvent occurrence) {
        return occurrence
                .original()
                .author()
                .filter(_ -> !isNeverAnswered(occurrence))
                .filter(this::isSomebodyElse);
    }

    private static boolean isNeverAnswered(NoticeEvent occurrence) {
        return occurrence.isNotice() || occurrence.envelope().returnPath().isEmpty();
    }

    private boolean isSomebodyElse(EmailAddress address) {
        return address.isReachable() && !address.toString().equalsIgnoreCase(mailbox.toString());
    }

    private Notice notice(NoticeEvent occurrence, EmailAddress recipient, String subjectKey) {
        try {
            OriginalHeader original = new OriginalHeader(occurrence.original());
            MultipartReport report = report(occurrence, original);
            String named = original.text("Subject").orElseGet(() -> texts.text("unnamed"));
            String subject = texts.text(subjectKey, "subject", named);
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            content.write(
                    header(occurrence, original, recipient, subject, report).getBytes(UTF_8));
            report.writeTo(content);
            return sent(recipient, content.toByteArray());
        } catch (MessagingException | IOException inMemory) {
            throw new IllegalStateException("cannot write the notice for " + occurrence.id(), inMemory);
        }
    }

    private MultipartReport report(NoticeEvent occurrence, OriginalHeader original)
            throws MessagingException, IOException {
        MultipartReport report = new MultipartReport("=_" + uniqueName(occurrence));
        String explanation = switch (occurrence) {
            case Failure failure -> new FailureText(failure, original, hostname, texts).compose();
            case RelayedMessage relaying -> new RelayedText(relaying, original, hostname, texts).compose();
            case Delay delay -> new DelayText(delay, original, hostname, texts).compose();
        };
        report.add("text/plain; charset=utf-8", "Notification", explanation.getBytes(UTF_8));
        String status = new DeliveryStatus(occurrence).compose(hostname);
        // RFC 3464 §2.1: always 7bit
        report.addPlain("message/delivery-status", "Delivery report", status.getBytes(US_ASCII));
        // RFC 3461 §6.2: the whole message if that was asked for and is possible, else its header
        boolean complete =
                occurrence instanceof Failure failure && report.addMessage("Undelivered message", whole(failure));
        byte[] quoted = original.quoted();
        if (!complete && quoted.length > 0) {
            String title = occurrence instanceof Failure ? "Undelivered message headers" : "Message headers";
            report.add("text/rfc822-headers", title, quoted);
        }
        return report;
    }

    /// @return empty if it is not to be given back; a binary one cannot be, nor one with UTF-8 in its header
    private static byte[] whole(Failure failure) {
        Envelope envelope = failure.envelope();
        boolean asked = envelope.dsnRequest().returned() == DsnRequest.ReturnedContent.FULL;
        return asked && envelope.body() != BodyType.BINARY && !envelope.smtpUtf8()
                ? OriginalHeader.withoutBcc(failure.original().content())
                : new byte[0];
    }

    private String header(
            NoticeEvent occurrence,
            OriginalHeader original,
            EmailAddress recipient,
            String subject,
            MultipartReport report)
            throws IOException {
        StringBuilder header = new StringBuilder();
        address(header, recipient, subject, occurrence.now());
        append(header, "Message-ID", "<" + uniqueName(occurrence) + "@" + mailbox.domain() + ">");
        original.messageId().ifPresent(id -> {
            append(header, "In-Reply-To", id);
            append(header, "References", id);
        });
        append(header, "Auto-Submitted", "auto-replied"); // RFC 3834 §5
        // By which the front half knows it (accept.HeaderGlance), should somebody send it back.
        append(header, "X-O365-Relay-Notice", "by " + hostname + " id " + occurrence.id());
        append(header, "MIME-Version", "1.0");
        append(header, "Content-Type", report.getContentType());
        if (report.isEightBit()) {
            append(header, "Content-Transfer-Encoding", "8bit");
        }
        return header.append("\r\n").toString();
    }

    private void address(StringBuilder header, EmailAddress recipient, String subject, Instant now)
            throws UnsupportedEncodingException {
        append(header, "From", MimeUtility.encodeText(texts.text("relay"), "UTF-8", null) + " <" + mailbox + ">");
        append(header, "To", "<" + recipient + ">");
        append(header, "Subject", MimeUtility.encodeText(subject, "UTF-8", null));
        append(header, "Date", DeliveryStatus.date(now));
    }

    /// A message can be given up for one recipient today and for another tomorrow, or now for one and handed
    /// over for another.
    private static String uniqueName(NoticeEvent occurrence) {
        String name = occurrence.id() + "." + time(occurrence.now());
        return switch (occurrence) {
            case Failure _ -> name;
            case RelayedMessage _ -> name + ".R";
            case Delay _ -> name + ".D";
        };
    }

    private static String time(Instant now) {
        return Long.toString(now.toEpochMilli(), 36).toUpperCase(Locale.ROOT);
    }

    private static void append(StringBuilder header, String name, String value) {
        header.append(name)
                .append(": ")
                .append(MimeUtility.fold(name.length() + 2, value))
                .append("\r\n");
    }
}
