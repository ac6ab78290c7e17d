package org.o365relay.daemon.doctor;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.Ending;
import org.o365relay.Upstreams;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.RoadSettings;
import org.o365relay.identity.Expiry;
import org.o365relay.identity.TokenException;
import org.o365relay.mail.Spending;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueViewer;

/// What can be known of a mailbox without asking its upstreams: when what it signs in with ends, and what is left of
/// its
/// day.
///
/// @param queue read beside a running relay
public record KnownFacts(Upstreams upstreams, QueueViewer queue, InstantSource clock) implements Doctor.Facts {

    private static final long DAYS_TO_WARN = 30;

    @Override
    public List<Step> of(MailboxSettings mailbox) {
        List<Step> facts = new ArrayList<>();
        for (RoadSettings road : mailbox.roads()) {
            expiry(mailbox, road).filter(fact -> !facts.contains(fact)).ifPresent(facts::add);
        }
        left(mailbox).ifPresent(facts::add);
        return facts;
    }

    private Optional<Step> expiry(MailboxSettings mailbox, RoadSettings road) {
        try {
            return upstreams.expiry(road).map(expiry -> step(mailbox, expiry));
        } catch (TokenException e) {
            return Optional.empty(); // the road itself will say so
        }
    }

    private Step step(MailboxSettings mailbox, Expiry expiry) {
        Ending ending = new Ending(mailbox.address(), expiry);
        long days = Duration.between(clock.instant(), expiry.at()).toDays();
        String detail = ending.what() + " (" + expiry.name() + ") ends on " + ending.day() + ", in " + days + " days";
        if (days > DAYS_TO_WARN) {
            return Step.good("valid", detail);
        }
        boolean over = expiry.at().isBefore(clock.instant());
        return new Step(
                over ? Step.Mark.BAD : Step.Mark.WARNING,
                "valid",
                over ? ending.what() + " (" + expiry.name() + ") has ended on " + ending.day() : detail,
                "",
                ending.advice());
    }

    private Optional<Step> left(MailboxSettings mailbox) {
        Integer limit = mailbox.limits().recipientsPerDay();
        if (limit == null) {
            return Optional.empty();
        }
        Instant since = clock.instant().minus(Duration.ofDays(1));
        try {
            int sent = queue.sent(mailbox.account(), since).stream()
                    .mapToInt(Spending::recipients)
                    .sum();
            String detail = sent + " of " + limit + " recipients in the last 24 hours (by this relay)";
            return Optional.of(
                    sent < limit
                            ? Step.good("quota", detail)
                            : new Step(Step.Mark.WARNING, "quota", detail, "the rest waits until there is room", ""));
        } catch (QueueUnavailableException e) {
            return Optional.empty(); // no relay has run yet, or it is somebody else's queue; "devices" explains that
        }
    }
}
