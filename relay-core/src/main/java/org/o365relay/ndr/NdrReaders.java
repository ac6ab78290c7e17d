package org.o365relay.ndr;

import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.o365relay.identity.TokenSource;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.net.Https;
import org.o365relay.queue.MessageQueue;

/// Reads the reports of all mailboxes that are to be looked at.
public final class NdrReaders implements AutoCloseable {

    private final List<NdrPoller> pollers;

    /// @param tokens where those for a mailbox come from
    /// @param https the way to Microsoft Graph
    public NdrReaders(
            List<NdrSettings> settings,
            Function<NdrSettings.Graph, TokenSource> tokens,
            Https https,
            MessageQueue queue,
            SenderNotifier authors,
            Journal journal,
            InstantSource clock) {
        this.pollers = settings.stream()
                .map(mailbox -> {
                    EmailAddress address = mailbox.mailbox();
                    String mark = "ndr " + address.toString().toLowerCase(Locale.ROOT);
                    NdrFolder folder = new GraphFolder(mailbox.source(), tokens.apply(mailbox.source()), https, clock);
                    NdrProcessor returns = new NdrProcessor(address, mark, queue, authors, journal, clock);
                    return new NdrPoller(address, mailbox.pollInterval(), folder, queue, mark, returns);
                })
                .toList();
    }

    /// Begins to look.
    public void start() {
        pollers.forEach(NdrPoller::start);
    }

    @Override
    public void close() {
        pollers.forEach(NdrPoller::close);
    }
}
