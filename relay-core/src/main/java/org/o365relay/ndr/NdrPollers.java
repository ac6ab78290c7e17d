package org.o365relay.ndr;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.o365relay.identity.TokenSource;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.net.Https;
import org.o365relay.queue.NdrStore;

/// Polls the NDR folders of all mailboxes that have one configured.
public final class NdrPollers implements AutoCloseable {

    private final List<NdrPoller> pollers;

    /// @param tokens provides the token source for each Graph account
    /// @param https client for Microsoft Graph
    public NdrPollers(
            List<NdrSettings> settings,
            Function<NdrSettings.Graph, TokenSource> tokens,
            Https https,
            NdrStore queue,
            SenderNotifier notifier,
            Journal journal,
            InstantSource clock) {
        this.pollers = settings.stream()
                .map(ndr -> {
                    EmailAddress address = ndr.mailbox();
                    String positionKey = "ndr " + address.key();
                    NdrFolder folder = new GraphFolder(ndr.source(), tokens.apply(ndr.source()), https);
                    NdrProcessor processor = new NdrProcessor(address, positionKey, queue, notifier, journal, clock);
                    return new NdrPoller(address, ndr.pollInterval(), folder, queue, positionKey, processor);
                })
                .toList();
    }

    /// Starts polling.
    public void start() {
        pollers.forEach(NdrPoller::start);
    }

    @Override
    public void close() {
        pollers.forEach(NdrPoller::close);
    }
}
