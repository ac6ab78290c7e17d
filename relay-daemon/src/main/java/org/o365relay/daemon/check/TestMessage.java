package org.o365relay.daemon.check;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.rewrite.RewriteResult;
import org.o365relay.rewrite.RewriteSettings;
import org.o365relay.rewrite.Rewriter;

/// A test message. It is rewritten and sent like any other message, but not queued. If the author is in
/// `send-as`, the upstream's reply shows whether the mailbox may send as the author.
///
/// @param id queue ID, which is also part of the Message-ID
/// @param author author of the message; null for the mailbox itself
public record TestMessage(
        QueueId id, Instant now, EmailAddress to, @Nullable EmailAddress author) {

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /// @return the Message-ID, with which an admin can find the message in a message trace
    String messageId(EmailAddress mailbox) {
        return "<" + id + ".check@" + mailbox.domain() + ">";
    }

    Response send(Upstream upstream, RewriteSettings rules) throws IOException {
        EmailAddress mailbox = rules.mailbox();
        EmailAddress from = author == null ? mailbox : author;
        Envelope envelope = new Envelope(from, List.of(to), !to.isAscii() || !from.isAscii());
        Arrival arrival = new Arrival(now, InetAddress.getLoopbackAddress(), "check", "LOCAL");
        ByteArrayInputStream original =
                new ByteArrayInputStream(text(from, mailbox).getBytes(StandardCharsets.UTF_8));
        return switch (new Rewriter(rules).rewrite(id, arrival, envelope, original)) {
            case RewriteResult.Rewritten rewritten -> {
                Recipient recipient = new Recipient(0, to);
                OutgoingMessage outgoing = new OutgoingMessage(
                        id, rewritten.sender(), List.of(recipient), envelope.smtpUtf8(), rewritten::writeTo);
                Response response = upstream.attempt(outgoing).get(recipient);
                if (response == null) {
                    throw new IllegalStateException(upstream.name() + " returned no response for " + recipient);
                }
                yield response;
            }
            case RewriteResult.Unacceptable unacceptable ->
                new Response(Step.CONTENT, unacceptable.reply(), Response.Origin.RELAY);
        };
    }

    private String text(EmailAddress from, EmailAddress mailbox) {
        return """
            From: <%s>
            To: <%s>
            Subject: Mail relay check
            Date: %s
            Message-ID: %s
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            This message was sent by "o365-relay check --send". It shows that %s can send mail.
            """.formatted(from, to, DATE.format(now), messageId(mailbox), mailbox);
    }
}
