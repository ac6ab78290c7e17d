package org.o365relay.daemon.check;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.o365relay.ExpiryAlertText;
import org.o365relay.ExpirySource;
import org.o365relay.UpstreamFactory;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.identity.Expiry;
import org.o365relay.identity.TokenException;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.UsageSlot;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.sqlite.ReadOnlyQueue;

/// Checks the expiry dates of a mailbox's credentials, the usage of its daily quota, and whether Microsoft
/// limits its domain.
///
/// @param queue the queue, which can be read even while the relay is running
public record ExpiryAndQuotaChecks(UpstreamFactory upstreams, ReadOnlyQueue queue, InstantSource clock)
        implements MailboxChecker.LocalChecks {

    private static final long WARNING_DAYS = 30;

    @Override
    public List<CheckStep> run(MailboxSettings mailbox) {
        List<CheckStep> steps = new ArrayList<>();
        for (ExpirySource source : upstreams.expirySources(List.of(mailbox), List.of())) {
            expiry(mailbox, source).filter(step -> !steps.contains(step)).ifPresent(steps::add);
        }
        quota(mailbox).ifPresent(steps::add);
        initialDomain(mailbox.address()).ifPresent(steps::add);
        return steps;
    }

    /// Warns about an address in a domain that Microsoft assigned.
    ///
    /// Source: Microsoft, "Limiting Onmicrosoft Domain Usage for Sending Emails" (Exchange Team Blog).
    static Optional<CheckStep> initialDomain(EmailAddress mailbox) {
        String domain = mailbox.domain().toLowerCase(Locale.ROOT);
        return domain.endsWith(".onmicrosoft.com")
                ? Optional.of(new CheckStep(
                        CheckStep.Result.WARNING,
                        "quota",
                        "from addresses in " + domain
                                + ", the organization can send to only 100 external recipients in 24" + " hours",
                        "Microsoft limits the domains that it assigns to new organizations",
                        "Give the mailbox an address in a domain of your own as its primary address, and set address of"
                                + " the mailbox to it."))
                : Optional.empty();
    }

    private Optional<CheckStep> expiry(MailboxSettings mailbox, ExpirySource source) {
        try {
            return source.lookup().expiry().map(expiry -> step(mailbox, expiry));
        } catch (TokenException e) {
            return Optional.empty(); // reported by the check of the upstream
        }
    }

    private CheckStep step(MailboxSettings mailbox, Expiry expiry) {
        ExpiryAlertText text = new ExpiryAlertText(mailbox.address(), expiry);
        long days = text.daysLeft(clock.instant());
        String detail = text.item() + " (" + expiry.name() + ") expires on " + text.date() + ", in " + days
                + (days == 1 ? " day" : " days");
        if (days > WARNING_DAYS) {
            return CheckStep.passed("expiry", detail);
        }
        boolean expired = days <= 0;
        return new CheckStep(
                expired ? CheckStep.Result.FAILED : CheckStep.Result.WARNING,
                "expiry",
                expired ? text.item() + " (" + expiry.name() + ") expired on " + text.date() : detail,
                "",
                text.advice());
    }

    private Optional<CheckStep> quota(MailboxSettings mailbox) {
        Integer limit = mailbox.limits().recipientsPerDay();
        if (limit == null) {
            return Optional.empty();
        }
        try {
            int sent = queue.quotaUsage(mailbox.account(), Duration.ofDays(1)).stream()
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
                                    "further mail is queued until the usage falls below the limit",
                                    ""));
        } catch (QueueUnavailableException e) {
            // no relay has run yet, or the queue cannot be read; `o365-relay devices` reports the reason
            return Optional.empty();
        }
    }
}
