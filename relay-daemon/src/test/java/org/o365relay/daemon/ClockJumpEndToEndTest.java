package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.MailboxStatus.State;

/// The system clock is set while a relay accepts and delivers mail, and while it is stopped.
@Timeout(60)
final class ClockJumpEndToEndTest extends EndToEnd {

    private static final List<Duration> JUMPS = List.of(
            Duration.ofMinutes(2),
            Duration.ofMinutes(-2),
            Duration.ofHours(1),
            Duration.ofHours(-1),
            Duration.ofDays(20),
            Duration.ofDays(-20),
            Duration.ofDays(-20_000),
            Duration.ofDays(20_000));

    private void delivers(String subject) throws Exception {
        try (Device device = relay.device()) {
            device.send(subject);
        }
        relay.received(subject);
    }

    @Test
    void mailIsDeliveredAtOnceWhileTheClockIsWrongAndAfterItsCorrection() throws Exception {
        relay.start();
        delivers("first");
        for (Duration jump : JUMPS) {
            relay.clock().jump(jump);
            delivers("wrong by " + jump);
            relay.clock().jump(jump.negated());
            delivers("corrected by " + jump);
        }
        assertThat(relay.operations().mailboxes())
                .extracting(MailboxStatus::state)
                .containsExactly(State.OPEN);
        assertThat(relay.journal().lines("failed")).isEmpty();
        assertThat(relay.journal().lines("deferred")).isEmpty();
    }

    @Test
    void mailThatIsDeferredWhileTheClockIsWrongIsRetriedInTime() throws Exception {
        relay.with("content:451 4.7.0 Temporary server error. Please try again later. PRX4*2")
                .start("relay.retry.first-delay = 100ms");
        relay.clock().jump(Duration.ofDays(20));
        try (Device device = relay.device()) {
            device.send("deferred");
        }
        relay.journal().await("deferred", 1);
        relay.clock().jump(Duration.ofDays(-20));
        relay.received("deferred");
        assertThat(relay.journal().lines("failed")).isEmpty();
    }

    @Test
    void mailOfAStoppedRelayIsDeliveredAtItsStartHoweverTheClockIsSet() throws Exception {
        for (Duration jump : JUMPS) {
            relay.start();
            relay.stopOffice();
            try (Device device = relay.device()) {
                device.send("stopped, " + jump);
            }
            relay.stop();
            relay.clock().jump(jump);
            relay.startOfficeAgain();
            relay.start();
            relay.received("stopped, " + jump);
            relay.stop();
        }
        assertThat(relay.journal().lines("failed")).isEmpty();
    }

    @Test
    void aChangeOfTheClockIsLogged() throws Exception {
        relay.start();
        relay.clock().jump(Duration.ofHours(2));
        assertThat(relay.journal().await("clock-changed", 1).getFirst())
                .matches("clock-changed by PT(2H|1H59M59\\.9).*");
    }
}
