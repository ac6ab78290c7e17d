package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Keeps and counts what is accepted, from all roads.
final class Archive {

    private final @Nullable MailStore store;
    private final AcceptedMessages inbox;
    private final InstantSource clock;
    private final AtomicInteger numbers = new AtomicInteger();

    /// @param store null if no files are kept
    Archive(@Nullable MailStore store, AcceptedMessages inbox, InstantSource clock) {
        this.store = store;
        this.inbox = inbox;
        this.clock = clock;
    }

    /// @param limit octets; what is beyond is only counted
    SpooledContent open(long limit) {
        return new SpooledContent(store == null ? null : store.temporaryFile(), limit);
    }

    /// @param author for people, if there is no From
    /// @throws IOException if the content cannot be kept
    AcceptedMessage store(SpooledContent body, SandboxSubmission submission, Header header, String author)
            throws IOException {
        Instant receivedAt = clock.instant();
        Path temporary = body.finished();
        Path file = store == null || temporary == null ? null : store.storeContent(temporary, receivedAt);
        AcceptedMessage accepted = accepted(body, submission, header, author, receivedAt, file);
        if (store != null && file != null) {
            store.writeRecord(file, accepted);
        }
        inbox.add(accepted);
        return accepted;
    }

    private AcceptedMessage accepted(
            SpooledContent body,
            SandboxSubmission from,
            Header header,
            String author,
            Instant receivedAt,
            @Nullable Path file) {
        String written = header.text("From");
        return new AcceptedMessage(
                numbers.incrementAndGet(),
                from.ingress(),
                from.envelopeFrom(),
                from.envelopeTo(),
                from.user(),
                from.mechanism(),
                from.tls() == null ? "" : from.tls().getProtocol(),
                from.tls() == null ? "" : from.tls().getCipherSuite(),
                from.client(),
                from.helo(),
                receivedAt,
                written == null ? author : written,
                header.text("Subject"),
                header.text("Message-ID"),
                body.size(),
                file);
    }
}
