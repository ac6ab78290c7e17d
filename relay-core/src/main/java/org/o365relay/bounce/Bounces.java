package org.o365relay.bounce;

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
public final class Bounces implements AutoCloseable {

    private final List<ReportWatch> watches;

    /// @param tokens where those for a mailbox come from
    /// @param https the way to Microsoft Graph
    public Bounces(
            List<ReportSettings> settings,
            Function<ReportSettings.Graph, TokenSource> tokens,
            Https https,
            MessageQueue queue,
            Authors authors,
            Journal journal,
            InstantSource clock) {
        this.watches = settings.stream()
                .map(mailbox -> {
                    EmailAddress address = mailbox.mailbox();
                    String mark = "reports " + address.toString().toLowerCase(Locale.ROOT);
                    ReportFolder folder =
                            new GraphFolder(mailbox.source(), tokens.apply(mailbox.source()), https, clock);
                    Returns returns = new Returns(address, mark, queue, authors, journal, clock);
                    return new ReportWatch(address, mailbox.poll(), folder, queue, mark, returns);
                })
                .toList();
    }

    /// Begins to look.
    public void start() {
        watches.forEach(ReportWatch::start);
    }

    @Override
    public void close() {
        watches.forEach(ReportWatch::close);
    }
}
