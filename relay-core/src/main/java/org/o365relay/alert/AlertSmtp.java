package org.o365relay.alert;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.o365relay.deliver.smtp.SmtpUpstream;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.notice.Notice;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.notice.NoticeWriter;

/// Sends alert emails to an SMTP server.
final class AlertSmtp implements AlertChannel {

    private static final QueueId NOT_QUEUED = new QueueId(0);

    private final AlertSmtpSettings settings;
    private final SmtpUpstream server;
    private final NoticeWriter writer;

    /// @param relay host name of the relay
    /// @throws java.io.UncheckedIOException if the trusted certificates cannot be read
    /// @throws IllegalArgumentException if the file of trusted certificates contains none
    AlertSmtp(AlertSmtpSettings settings, String relay) {
        this.settings = settings;
        this.server = new SmtpUpstream(settings.server(), settings.credential());
        this.writer = new NoticeWriter(new NoticeSettings(settings.to()), settings.from(), relay);
    }

    @Override
    public String key() {
        return "smtp";
    }

    @Override
    public String send(AlertMessage message) {
        Notice email = writer.write(AlertTexts.email(message)).orElseThrow();
        Response response =
                server.attempt(outgoing(message, email)).values().iterator().next();
        return response.reply().category() == 2
                ? ""
                : server.name() + " at " + response.step().key() + ": " + response.reply();
    }

    /// The null sender is not used, because many submission servers accept only the address of the account.
    private OutgoingMessage outgoing(AlertMessage message, Notice email) {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(message.at().atOffset(ZoneOffset.UTC));
        return new OutgoingMessage(
                NOT_QUEUED,
                settings.from(),
                List.of(new Recipient(0, settings.to())),
                !settings.to().isAscii() || !settings.from().isAscii(),
                out -> {
                    out.write(("Date: " + date + "\r\n").getBytes(US_ASCII));
                    out.write(email.content());
                });
    }

    @Override
    public void close() {
        server.close();
    }
}
