package org.o365relay.sandbox.smtp;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.message.Header;
import org.o365relay.sandbox.message.SandboxSubmission;
import org.o365relay.sandbox.message.SpooledContent;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.tenant.MailboxUsage;
import org.o365relay.sandbox.tenant.SandboxState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handles a complete message: refuses it, or stores it and counts it against the mailbox limits.
final class ContentHandler {

    private static final Logger log = LoggerFactory.getLogger(ContentHandler.class);

    private final SandboxState state;
    private final SmtpService service;
    private final SandboxSession session;
    private final FaultInjector faults;

    ContentHandler(SandboxState state, SmtpService service, SandboxSession session, FaultInjector faults) {
        this.state = state;
        this.service = service;
        this.session = session;
        this.faults = faults;
    }

    SpooledContent open() {
        return state.accepted().open(state.settings().submission().contentLimit());
    }

    /// @return the reply to the client
    String handle(SpooledContent body, String from, List<String> to) throws IOException {
        ExchangeReplies replies = service.replies();
        Optional<Header> header = Header.read(body.headerBytes());
        Optional<String> refusal = contentRefusal(body)
                .or(() -> header.isEmpty()
                        ? Optional.of(replies.error("554 5.6.0 Invalid message content"))
                        : service.checkContent(session, header.get(), to));
        if (refusal.isPresent() || header.isEmpty()) {
            return refusal.orElseThrow();
        }
        applyRateLimit(to);
        return store(body, submission(from, to), header.get());
    }

    private Optional<String> contentRefusal(SpooledContent body) {
        if (body.isTooLarge()) {
            return Optional.of(service.replies().error("552 5.3.4 Message size exceeds fixed maximum message size"));
        }
        return body.containsBareLf()
                ? Optional.of(service.replies().error("554 5.6.0 Invalid message content, contains bare linefeeds"))
                : Optional.empty();
    }

    private void applyRateLimit(List<String> to) throws IOException {
        SandboxMailbox mailbox = session.mailbox();
        if (mailbox != null) {
            MailboxUsage usage = state.usages().of(mailbox);
            Duration wait = usage.submit(to.size(), state.clock().instant(), state.settings());
            if (wait.isPositive()) {
                faults.pause(wait);
            }
        }
    }

    private String store(SpooledContent body, SandboxSubmission submission, Header header) {
        try {
            AcceptedMessage accepted = state.accepted().store(body, submission, header, submission.envelopeFrom());
            String messageId = accepted.messageId();
            return service.replies()
                    .accepted(messageId == null ? service.replies().messageId() : messageId);
        } catch (IOException e) {
            log.warn("the sandbox cannot store a message: {}", e.toString());
            return service.replies().error("452 4.3.1 Insufficient system resources");
        }
    }

    private SandboxSubmission submission(String from, List<String> to) {
        SandboxMailbox mailbox = session.mailbox();
        return new SandboxSubmission(
                service.ingress(),
                from,
                to,
                mailbox == null ? "" : mailbox.address(),
                session.mechanism(),
                session.tls(),
                session.client(),
                session.helo());
    }
}
