package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happens to a complete content: refused, or kept and counted.
final class ContentHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ContentHandler.class);

    private final SandboxState office;
    private final SmtpService door;
    private final SandboxSession session;
    private final FaultInjector script;

    ContentHandler(SandboxState office, SmtpService door, SandboxSession session, FaultInjector script) {
        this.office = office;
        this.door = door;
        this.session = session;
        this.script = script;
    }

    SpooledContent open() {
        return office.archive().open(office.settings().exchange().contentLimit());
    }

    /// @return the reply
    String deliver(SpooledContent body, String from, List<String> to) throws IOException {
        ExchangeReplies replies = door.replies();
        Optional<Header> header = Header.read(body.beginning());
        Optional<String> refusal = unusable(body)
                .or(() -> header.isEmpty()
                        ? Optional.of(replies.error("554 5.6.0 Invalid message content"))
                        : door.refusesContent(session, header.get(), to));
        if (refusal.isPresent() || header.isEmpty()) {
            return refusal.orElseThrow();
        }
        pace(to);
        return keep(body, submission(from, to), header.get());
    }

    private Optional<String> unusable(SpooledContent body) {
        if (body.isTooLarge()) {
            return Optional.of(door.replies().error("552 5.3.4 Message size exceeds fixed maximum message size"));
        }
        return body.containsBareLf()
                ? Optional.of(door.replies().error("554 5.6.0 Invalid message content, contains bare linefeeds"))
                : Optional.empty();
    }

    private void pace(List<String> to) throws IOException {
        SandboxMailbox account = session.account();
        if (account != null) {
            MailboxUsage use = office.mailboxes().of(account);
            Duration wait = use.submit(to.size(), office.clock().instant(), office.settings());
            if (wait.isPositive()) {
                script.pause(wait);
            }
        }
    }

    private String keep(SpooledContent body, SandboxSubmission submission, Header header) {
        try {
            AcceptedMessage accepted = office.archive().keep(body, submission, header, submission.envelopeFrom());
            String messageId = accepted.messageId();
            return door.replies().accepted(messageId == null ? door.replies().messageId() : messageId);
        } catch (IOException e) {
            LOG.warn("The sandbox cannot keep a message: {}", e.toString());
            return door.replies().error("452 4.3.1 Insufficient system resources");
        }
    }

    private SandboxSubmission submission(String from, List<String> to) {
        SandboxMailbox account = session.account();
        return new SandboxSubmission(
                door.road(),
                from,
                to,
                account == null ? "" : account.address(),
                session.mechanism(),
                session.tls(),
                session.client(),
                session.helo());
    }
}
