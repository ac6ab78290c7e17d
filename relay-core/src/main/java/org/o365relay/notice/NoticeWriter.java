package org.o365relay.notice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;

/// Writes failure notices: who is told, and what.
public final class NoticeWriter {

    private final NoticeSettings settings;
    private final EmailAddress mailbox;
    private final String hostname;

    /// @param mailbox author of the notices, as Exchange lets the relay send as nobody else
    /// @param hostname this relay's name
    public NoticeWriter(NoticeSettings settings, EmailAddress mailbox, String hostname) {
        this.settings = settings;
        this.mailbox = mailbox;
        this.hostname = hostname;
    }

    /// Tells the original author, else the admin. The same failure gives the same bytes.
    ///
    /// @return empty if nobody may be told: the message was a notice itself or had the null sender (RFC 5321
    ///     §4.5.5), or nobody can be reached
    public Optional<Notice> write(Failure failure) {
        return recipient(failure).map(recipient -> {
            Envelope envelope = new Envelope(null, List.of(recipient), !recipient.isAscii());
            return new Notice(envelope, content(failure, recipient));
        });
    }

    private Optional<EmailAddress> recipient(Failure failure) {
        boolean neverAnswered =
                failure.isNotice() || failure.envelope().returnPath().isEmpty();
        if (neverAnswered) {
            return Optional.empty();
        }
        return failure.original()
                .author()
                .filter(EmailAddress::isReachable)
                .filter(author -> !author.toString().equalsIgnoreCase(mailbox.toString()))
                .or(() -> Optional.ofNullable(settings.admin()));
    }

    private byte[] content(Failure failure, EmailAddress recipient) {
        try {
            OriginalHeader original = new OriginalHeader(failure.original());
            Report report = report(failure, original);
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            content.write(header(failure, original, recipient, report.getContentType())
                    .getBytes(UTF_8));
            report.writeTo(content);
            return content.toByteArray();
        } catch (MessagingException | IOException inMemory) {
            throw new IllegalStateException("cannot write the notice for " + failure.id(), inMemory);
        }
    }

    private Report report(Failure failure, OriginalHeader original) throws MessagingException, IOException {
        Report report = new Report("=_" + uniqueName(failure));
        String explanation = new Explanation(failure, original, hostname).compose();
        report.add("text/plain; charset=utf-8", "Notification", explanation.getBytes(UTF_8));
        String status = new DeliveryStatus(failure).compose(hostname);
        // RFC 3464 §2.1: always 7bit
        report.addPlain("message/delivery-status", "Delivery report", status.getBytes(US_ASCII));
        byte[] quoted = original.quoted();
        if (quoted.length > 0) {
            report.add("text/rfc822-headers", "Undelivered message headers", quoted);
        }
        return report;
    }

    private String header(Failure failure, OriginalHeader original, EmailAddress recipient, String contentType)
            throws IOException {
        StringBuilder header = new StringBuilder();
        append(header, "From", "Mail relay <" + mailbox + ">");
        append(header, "To", "<" + recipient + ">");
        String subject = "Not delivered: " + original.text("Subject").orElse("a message without a subject");
        append(header, "Subject", MimeUtility.encodeText(subject, "UTF-8", null));
        append(header, "Date", DeliveryStatus.date(failure.now()));
        append(header, "Message-ID", "<" + uniqueName(failure) + "@" + mailbox.domain() + ">");
        original.messageId().ifPresent(id -> {
            append(header, "In-Reply-To", id);
            append(header, "References", id);
        });
        append(header, "Auto-Submitted", "auto-replied"); // RFC 3834 §5
        // By which the front half knows it (accept.HeaderGlance), should somebody send it back.
        append(header, "X-O365-Relay-Notice", "by " + hostname + " id " + failure.id());
        append(header, "MIME-Version", "1.0");
        append(header, "Content-Type", contentType);
        return header.append("\r\n").toString();
    }

    /// A message can be given up for one recipient today and for another tomorrow.
    private static String uniqueName(Failure failure) {
        String time = Long.toString(failure.now().toEpochMilli(), 36).toUpperCase(Locale.ROOT);
        return failure.id() + "." + time;
    }

    private static void append(StringBuilder header, String name, String value) {
        header.append(name)
                .append(": ")
                .append(MimeUtility.fold(name.length() + 2, value))
                .append("\r\n");
    }
}
