package org.o365relay.deliver;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.deliver.health.AddressBackoff;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.exchange.KnownReply.Kind;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.queue.Claims;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The messages of a mailbox that were deferred because the mailbox, its upstream or their author could not
/// send. When that is over, they are due at once. What they wait for is stored in the queue as the reason for
/// the deferral, so messages deferred before a restart are included: they are due after the first message that
/// is accepted.
record WaitingMail(Claims queue, MailboxSender sender) {

    private static final Logger log = LoggerFactory.getLogger(WaitingMail.class);
    private static final ReplyCatalogue CATALOGUE = ReplyCatalogue.microsoft365();
    private static final Set<String> UNUSABLE = Stream.concat(
                    CATALOGUE.names(Kind.UPSTREAM, Kind.MAILBOX, Kind.THROTTLED).stream(),
                    Verdict.UNCATALOGUED_REASONS.stream())
            .collect(Collectors.toUnmodifiableSet());
    private static final Set<String> AUTHOR_REFUSED = CATALOGUE.names(Kind.AUTHOR);

    /// Makes due the mail that waited for the mailbox or its upstream, if they have recovered. A message with
    /// an attempt that counts may be at fault itself, and keeps its own delay. Called after an attempt or check
    /// that the upstream has processed.
    void upstreamReplied() {
        if (sender.failover().hasRecovered()) {
            var _ = makeDue(UNUSABLE, 0);
        }
    }

    /// Makes due the mail that the mailbox could not send as its author, for all authors: an author that is
    /// still refused remains in backoff.
    void authorRecovered() {
        var _ = makeDue(AUTHOR_REFUSED, Integer.MAX_VALUE);
    }

    /// Makes all this mail due because an operator requests it, and also the mail that waits for one of these
    /// backoffs, which have been ended. Except for the mail of refused authors, messages with an attempt that
    /// counts keep their own delay.
    ///
    /// @return number of messages that became due
    int requested(List<AddressBackoff> ended) {
        Set<String> reasons = ended.stream().map(AddressBackoff::reason).collect(Collectors.toSet());
        return makeDue(AUTHOR_REFUSED, Integer.MAX_VALUE) + makeDue(UNUSABLE, 0) + makeDue(reasons, 0);
    }

    private int makeDue(Set<String> reasons, int maxAttempts) {
        try {
            return queue.makeDue(sender.claimScope(), reasons, maxAttempts);
        } catch (QueueException e) {
            log.warn(
                    "cannot make waiting mail of {} due, so it is retried later: {}", sender.mailbox(), e.getMessage());
            return 0;
        }
    }
}
