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
import org.o365relay.mail.BodyType;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.ReportRequest;

/// Writes delivery status notifications, and letters to the admin: who is told, and what.
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

    /// Tells the original author, else the admin. The same failure gives the same bytes. Whether the sender
    /// wants to hear of it (RFC 3461 §4.1) has been asked before.
    ///
    /// @return empty if nobody may be told: the message was a notice itself or had the null sender (RFC 5321
    ///     §4.5.5), or nobody can be reached
    public Optional<Notice> write(Failure failure) {
        return author(failure)
                .or(() -> isNeverAnswered(failure) ? Optional.empty() : Optional.ofNullable(settings.admin()))
                .map(recipient -> notice(failure, recipient, "Not delivered"));
    }

    /// Tells the sender of the envelope, and nobody else, that a message went where nobody reports deliveries to
    /// it: only of the sender it has been asked whether a client may have it written to.
    ///
    /// @return empty if nobody may be told, or can be reached
    public Optional<Notice> write(Relaying relaying) {
        return relaying.envelope()
                .returnPath()
                .filter(_ -> !relaying.isNotice())
                .filter(this::isSomebodyElse)
                .map(recipient -> notice(relaying, recipient, "Handed over"));
    }

    /// Tells the admin, if there is one.
    public Optional<Notice> write(Warning warning) {
        return Optional.ofNullable(settings.admin()).map(admin -> notice(warning, admin));
    }

    private Notice notice(Warning warning, EmailAddress admin) {
        Letter letter = new Letter();
        letter.paragraph("This is the mail relay " + hostname + ".");
        warning.paragraphs().forEach(letter::paragraph);
        try {
            String content = header(warning, admin) + letter.text();
            return new Notice(new Envelope(null, List.of(admin), !admin.isAscii()), content.getBytes(UTF_8));
        } catch (IOException inMemory) {
            throw new IllegalStateException("cannot write the warning " + warning.id(), inMemory);
        }
    }

    private String header(Warning warning, EmailAddress admin) throws IOException {
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

    private Optional<EmailAddress> author(Occurrence occurrence) {
        return occurrence
                .original()
                .author()
                .filter(_ -> !isNeverAnswered(occurrence))
                .filter(this::isSomebodyElse);
    }

    private static boolean isNeverAnswered(Occurrence occurrence) {
        return occurrence.isNotice() || occurrence.envelope().returnPath().isEmpty();
    }

    private boolean isSomebodyElse(EmailAddress address) {
        return address.isReachable() && !address.toString().equalsIgnoreCase(mailbox.toString());
    }

    private Notice notice(Occurrence occurrence, EmailAddress recipient, String verdict) {
        try {
            OriginalHeader original = new OriginalHeader(occurrence.original());
            Report report = report(occurrence, original);
            String subject = verdict + ": " + original.text("Subject").orElse("a message without a subject");
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            content.write(
                    header(occurrence, original, recipient, subject, report).getBytes(UTF_8));
            report.writeTo(content);
            return new Notice(new Envelope(null, List.of(recipient), !recipient.isAscii()), content.toByteArray());
        } catch (MessagingException | IOException inMemory) {
            throw new IllegalStateException("cannot write the notice for " + occurrence.id(), inMemory);
        }
    }

    private Report report(Occurrence occurrence, OriginalHeader original) throws MessagingException, IOException {
        Report report = new Report("=_" + uniqueName(occurrence));
        String explanation = switch (occurrence) {
            case Failure failure -> new Explanation(failure, original, hostname).compose();
            case Relaying relaying -> new RelayedExplanation(relaying, original, hostname).compose();
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
        boolean asked = envelope.report().returned() == ReportRequest.Returned.FULL;
        return asked && envelope.body() != BodyType.BINARY && !envelope.smtpUtf8()
                ? OriginalHeader.withoutBlindCopies(failure.original().content())
                : new byte[0];
    }

    private String header(
            Occurrence occurrence, OriginalHeader original, EmailAddress recipient, String subject, Report report)
            throws IOException {
        StringBuilder header = new StringBuilder();
        append(header, "From", "Mail relay <" + mailbox + ">");
        append(header, "To", "<" + recipient + ">");
        append(header, "Subject", MimeUtility.encodeText(subject, "UTF-8", null));
        append(header, "Date", DeliveryStatus.date(occurrence.now()));
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

    /// A message can be given up for one recipient today and for another tomorrow, or now for one and handed
    /// over for another.
    private static String uniqueName(Occurrence occurrence) {
        String time = Long.toString(occurrence.now().toEpochMilli(), 36).toUpperCase(Locale.ROOT);
        return switch (occurrence) {
            case Failure failure -> failure.id() + "." + time;
            case Relaying relaying -> relaying.id() + "." + time + ".R";
        };
    }

    private static void append(StringBuilder header, String name, String value) {
        header.append(name)
                .append(": ")
                .append(MimeUtility.fold(name.length() + 2, value))
                .append("\r\n");
    }
}
