package org.o365relay.deliver;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.queue.Destination;
import org.o365relay.queue.OrphanedMessage;
import org.o365relay.rewrite.HeaderReader;
import org.o365relay.route.Routes;
import org.o365relay.route.RoutingInput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reroutes queued messages according to the current routing rules if their mailbox or pool is no longer
/// configured. A message is not split: the route of its first open recipient applies to all recipients.
public final class Rerouting implements Function<OrphanedMessage, Destination> {

    private static final Logger log = LoggerFactory.getLogger(Rerouting.class);
    private static final int MAX_HEADER = 64 * 1024;

    private final Routes routes;

    public Rerouting(Routes routes) {
        this.routes = routes;
    }

    /// A message routed to a pool stays there as long as the pool is configured, even if one of its mailboxes
    /// was removed.
    @Override
    public Destination apply(OrphanedMessage message) {
        if (routes.target(message.route()).isPresent()) {
            return new Destination(message.route(), message.priority());
        }
        Envelope envelope = message.envelope();
        List<EmailAddress> open =
                message.recipients().stream().map(Recipient::address).toList();
        RoutingInput input = RoutingInput.of(message.arrival().client(), envelope.sender(), from(message));
        RoutedEnvelope part = routes.split(input, new Envelope(envelope.sender(), open, envelope.smtpUtf8()))
                .getFirst();
        return new Destination(part.route(), part.priority());
    }

    private Optional<String> from(OrphanedMessage message) {
        if (!routes.needsAuthor()) {
            return Optional.empty();
        }
        try (InputStream content = message.content().get()) {
            return HeaderReader.from(content, MAX_HEADER);
        } catch (IOException e) {
            log.error("cannot read the author of message {}, rerouting without it: {}", message.id(), e.getMessage());
            return Optional.empty();
        }
    }
}
