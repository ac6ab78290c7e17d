package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happens to a complete content: refused, or kept and counted.
final class Delivery {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    private final Office office;
    private final Session session;
    private final AuthorCheck authors;

    Delivery(Office office, Session session) {
        this.office = office;
        this.session = session;
        this.authors = new AuthorCheck(office.replies());
    }

    Body open() {
        MailStore store = office.store();
        return new Body(
                store == null ? null : store.temporary(), office.settings().contentLimit());
    }

    /// @return the reply
    String deliver(Body body, String from, List<String> to) {
        Replies replies = office.replies();
        Optional<Header> header = Header.read(body.beginning());
        Optional<String> refusal = refusal(body, header);
        if (refusal.isPresent() || header.isEmpty()) {
            return refusal.orElseGet(() -> replies.error("554 5.6.0 Invalid message content"));
        }
        try {
            return replies.accepted(keep(body, from, to, header.get()));
        } catch (IOException e) {
            LOG.warn("The sandbox cannot keep a message: {}", e.toString());
            return replies.error("452 4.3.1 Insufficient system resources");
        }
    }

    private Optional<String> refusal(Body body, Optional<Header> header) {
        if (body.isTooLarge()) {
            return Optional.of(office.replies().error("552 5.3.4 Message size exceeds fixed maximum message size"));
        }
        if (body.containsBareLf()) {
            return Optional.of(office.replies().error("554 5.6.0 Invalid message content, contains bare linefeeds"));
        }
        Account account = Objects.requireNonNull(session.account(), "MAIL is only taken after AUTH");
        return authors.refusal(header.orElse(null), account);
    }

    /// @return the Message-ID to answer with
    private String keep(Body body, String from, List<String> to, Header header) throws IOException {
        Instant receivedAt = office.clock().instant();
        MailStore store = office.store();
        Path temporary = body.finished();
        Path file = store == null || temporary == null ? null : store.keepContent(temporary, receivedAt);
        Accepted accepted = accepted(body, from, to, header, receivedAt, file);
        if (store != null && file != null) {
            store.describe(file, accepted);
        }
        office.inbox().add(accepted);
        String messageId = accepted.messageId();
        return messageId == null ? office.replies().messageId() : messageId;
    }

    private Accepted accepted(
            Body body, String from, List<String> to, Header header, Instant receivedAt, @Nullable Path file) {
        SSLSession tls = Objects.requireNonNull(session.tls(), "AUTH is only taken after STARTTLS");
        Account account = Objects.requireNonNull(session.account(), "MAIL is only taken after AUTH");
        return new Accepted(
                office.numbers().incrementAndGet(),
                from,
                to,
                account.address(),
                "LOGIN",
                tls.getProtocol(),
                tls.getCipherSuite(),
                session.client(),
                session.helo(),
                receivedAt,
                Objects.requireNonNull(header.text("From"), "a message without From is refused"),
                header.text("Subject"),
                header.text("Message-ID"),
                body.size(),
                file);
    }
}
