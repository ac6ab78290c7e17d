package org.o365relay.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Stores and counts the accepted messages of all services.
final class Archive {

    private final @Nullable MailStore store;
    private final AcceptedMessages acceptedMessages;
    private final InstantSource clock;
    private final AtomicInteger numbers = new AtomicInteger();

    /// @param store stores the contents; null if they are not kept
    Archive(@Nullable MailStore store, AcceptedMessages acceptedMessages, InstantSource clock) {
        this.store = store;
        this.acceptedMessages = acceptedMessages;
        this.clock = clock;
    }

    /// @param limit maximum octets to store; octets beyond it are only counted
    SpooledContent open(long limit) {
        return new SpooledContent(store == null ? null : store.temporaryFile(), limit);
    }

    /// @param author what to record as the author of a message without `From`
    /// @throws IOException if the content cannot be stored
    AcceptedMessage store(SpooledContent body, SandboxSubmission submission, Header header, String author)
            throws IOException {
        Instant receivedAt = clock.instant();
        Path temporary = body.finish();
        Path file = store == null || temporary == null ? null : store.storeContent(temporary, receivedAt);
        AcceptedMessage accepted = accepted(body, submission, header, author, receivedAt, file);
        if (store != null && file != null) {
            store.writeRecord(file, accepted);
        }
        acceptedMessages.add(accepted);
        return accepted;
    }

    private AcceptedMessage accepted(
            SpooledContent body,
            SandboxSubmission submission,
            Header header,
            String author,
            Instant receivedAt,
            @Nullable Path file) {
        String from = header.text("From");
        return new AcceptedMessage(
                numbers.incrementAndGet(),
                submission.ingress(),
                submission.envelopeFrom(),
                submission.envelopeTo(),
                submission.user(),
                submission.mechanism(),
                submission.tls() == null ? "" : submission.tls().getProtocol(),
                submission.tls() == null ? "" : submission.tls().getCipherSuite(),
                submission.client(),
                submission.helo(),
                receivedAt,
                from == null ? author : from,
                header.text("Subject"),
                header.text("Message-ID"),
                body.size(),
                file);
    }
}
