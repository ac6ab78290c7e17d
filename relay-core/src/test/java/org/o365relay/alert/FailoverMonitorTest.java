package org.o365relay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.alert.AlertFixture.DELAY;
import static org.o365relay.alert.AlertFixture.FIRST;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.alert.AlertMailboxes.FallbackUse;

class FailoverMonitorTest {

    private static final String FAILOVER = "failover first@contoso.example";
    private static final FallbackUse USE =
            new FallbackUse(FIRST, "mail.example:25", "451 4.7.0 Try later", "Check the service health.");

    @TempDir
    private Path directory;

    @Test
    void raisesAndClearsAnAlertLikeAnyOther() {
        try (AlertFixture fixture = new AlertFixture(directory)) {
            FailoverMonitor monitor = fixture.failoverMonitor();
            fixture.fallbackUses.add(USE);
            monitor.check();
            fixture.pass(DELAY.minusSeconds(10));
            assertThat(fixture.calls()).isEmpty();
            monitor.check();
            fixture.pass(DELAY);
            assertThat(fixture.calls()).containsExactly("+ " + FAILOVER);
            assertThat(fixture.alerts().active()).singleElement().satisfies(alert -> {
                assertThat(alert.subject()).isEqualTo("Mailbox first@contoso.example sends through a fallback");
                assertThat(alert.text()).contains("sends through mail.example:25", "451 4.7.0 Try later");
                assertThat(alert.advice()).isEqualTo("Check the service health.");
            });
            fixture.fallbackUses.clear();
            monitor.check();
            assertThat(fixture.alerts().active()).isEmpty();
            fixture.pass(DELAY);
            assertThat(fixture.calls()).containsExactly("+ " + FAILOVER, "- " + FAILOVER);
        }
    }

    @Test
    void doesNotClearTheAlertOfBeforeARestartAtOnce() {
        try (AlertFixture fixture = new AlertFixture(directory)) {
            fixture.fallbackUses.add(USE);
            fixture.failoverMonitor().check();
            fixture.pass(Duration.ofHours(1));
            fixture.restart();
            fixture.fallbackUses.clear();
            fixture.failoverMonitor().check();
            fixture.pass(Duration.ofMinutes(9));
            assertThat(fixture.calls()).containsExactly("+ " + FAILOVER);
            fixture.fallbackUses.add(USE);
            fixture.failoverMonitor().check();
            fixture.pass(Duration.ofHours(1));
            assertThat(fixture.calls()).containsExactly("+ " + FAILOVER);
        }
    }
}
