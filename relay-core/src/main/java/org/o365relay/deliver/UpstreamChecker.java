package org.o365relay.deliver;

import java.util.Optional;
import org.o365relay.deliver.health.DeliveryPermit;
import org.o365relay.deliver.health.HealthEvent;
import org.o365relay.deliver.health.HealthEvent.Answered;
import org.o365relay.deliver.health.HealthEvent.ConnectionLost;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.machine.Shortage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the checks that are due while an upstream is suspended or cannot be reached, or the mailbox is blocked:
/// signs in but sends no mail.
record UpstreamChecker(MailboxSender sender, WaitingMail waiting) {

    private static final Logger log = LoggerFactory.getLogger(UpstreamChecker.class);

    /// Waits until a check is due, and runs it.
    void checkNext() throws InterruptedException {
        sender.failover().awaitCheck();
        checkDue();
    }

    /// Runs the check that is due, if there is one.
    void checkDue() {
        Optional<DeliveryPermit> due = sender.failover().acquireCheck();
        if (due.isPresent()) {
            try {
                check(due.get());
            } catch (RuntimeException e) {
                logFailure(sender.failover().upstream(due.get()).name(), e);
                sender.failover().apply(new ConnectionLost(due.get()));
            } finally {
                sender.failover().release(due.get());
            }
        }
    }

    private static void logFailure(String upstream, RuntimeException failure) {
        Shortage.causeOf(failure)
                .ifPresentOrElse(
                        shortage -> log.warn("upstream {} cannot be checked: {}", upstream, shortage.text()),
                        () -> log.error(
                                "upstream {} cannot be checked because of a bug; please report it", upstream, failure));
    }

    private void check(DeliveryPermit permit) {
        Response failure = sender.failover().upstream(permit).check().failure();
        sender.failover()
                .apply(
                        failure == null
                                ? new Answered(permit)
                                : HealthEvent.of(permit, sender.policy().judge(failure, false)));
        if (failure == null) {
            waiting.upstreamReplied();
        }
    }
}
