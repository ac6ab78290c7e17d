package org.o365relay.daemon.check;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.ExpiryNotice;
import org.o365relay.UpstreamFactory;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.identity.Expiry;
import org.o365relay.identity.TokenException;
import org.o365relay.mail.UsageSlot;
import org.o365relay.queue.OfflineQueue;
import org.o365relay.queue.QueueUnavailableException;

/// What can be known of a mailbox without asking its upstreams: when what it signs in with ends, and what is left of
/// its
/// day.
///
/// @param queue read beside a running relay
public record ExpiryAndQuotaChecks(UpstreamFactory upstreams, OfflineQueue queue, InstantSource clock)
        implements MailboxChecker.LocalChecks {

    private static final long DAYS_TO_WARN = 30;

    @Override
    public List<CheckStep> of(MailboxSettings mailbox) {
        List<CheckStep> facts = new ArrayList<>();
        for (UpstreamSettings road : mailbox.upstreams()) {
            expiry(mailbox, road).filter(fact -> !facts.contains(fact)).ifPresent(facts::add);
        }
        quota(mailbox).ifPresent(facts::add);
        return facts;
    }

    private Optional<CheckStep> expiry(MailboxSettings mailbox, UpstreamSettings road) {
        try {
            return upstreams.expiry(road).map(expiry -> step(mailbox, expiry));
        } catch (TokenException e) {
            return Optional.empty(); // the road itself will say so
        }
    }

    private CheckStep step(MailboxSettings mailbox, Expiry expiry) {
        ExpiryNotice ending = new ExpiryNotice(mailbox.address(), expiry);
        long days = Duration.between(clock.instant(), expiry.at()).toDays();
        String detail = ending.what() + " (" + expiry.name() + ") ends on " + ending.day() + ", in " + days + " days";
        if (days > DAYS_TO_WARN) {
            return CheckStep.passed("valid", detail);
        }
        boolean over = expiry.at().isBefore(clock.instant());
        return new CheckStep(
                over ? CheckStep.Result.FAILED : CheckStep.Result.WARNING,
                "valid",
                over ? ending.what() + " (" + expiry.name() + ") has ended on " + ending.day() : detail,
                "",
                ending.advice());
    }

    private Optional<CheckStep> quota(MailboxSettings mailbox) {
        Integer limit = mailbox.limits().recipientsPerDay();
        if (limit == null) {
            return Optional.empty();
        }
        Instant since = clock.instant().minus(Duration.ofDays(1));
        try {
            int sent = queue.quotaUsage(mailbox.account(), since).stream()
                    .mapToInt(UsageSlot::recipients)
                    .sum();
            String detail = sent + " of " + limit + " recipients in the last 24 hours (by this relay)";
            return Optional.of(
                    sent < limit
                            ? CheckStep.passed("quota", detail)
                            : new CheckStep(
                                    CheckStep.Result.WARNING,
                                    "quota",
                                    detail,
                                    "the rest waits until there is room",
                                    ""));
        } catch (QueueUnavailableException e) {
            return Optional.empty(); // no relay has run yet, or it is somebody else's queue; "devices" explains that
        }
    }
}
