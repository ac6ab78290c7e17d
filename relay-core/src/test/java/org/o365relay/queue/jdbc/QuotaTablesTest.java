package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;
import static org.o365relay.queue.jdbc.QueueFixture.CARL;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.UsageSlot;
import org.o365relay.queue.Claim;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.Settlement;

/// Recipients delivered through each account, and alerts that are sent once.
@Timeout(60)
class QuotaTablesTest {

    private static final Duration DAY = Duration.ofDays(1);

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void countsOnlyDeliveredRecipients() {
        fixture.accept("report", ANNA, BERT, CARL);
        Claim claim = fixture.claimOne();
        fixture.queue()
                .claims()
                .settle(
                        claim,
                        new Settlement(
                                Map.of(
                                        claim.recipients().get(0), new Delivered(QueueFixture.OK),
                                        claim.recipients().get(1), new Deferred(QueueFixture.LATER),
                                        claim.recipients().get(2), new Failed(QueueFixture.NEVER)),
                                fixture.clock.instant(),
                                true,
                                "smtp.example:587",
                                QueueFixture.MAILBOX),
                        List.of(),
                        List.of());
        assertThat(sent()).containsExactly(new UsageSlot(Instant.parse("2026-03-01T08:00:00Z"), 1));

        deliverOne();
        assertThat(sent()).containsExactly(new UsageSlot(Instant.parse("2026-03-01T08:00:00Z"), 2));
        assertThat(fixture.queue().claims().quotaUsage("other@contoso.example", dayAgo()))
                .isEmpty();
    }

    @Test
    void countsInSlotsOfTenMinutesAcrossARestart() {
        fixture.accept("one", ANNA, BERT);
        deliverOne();
        fixture.clock.advance(Duration.ofMinutes(9));
        fixture.accept("two", ANNA);
        deliverOne();
        fixture.clock.advance(Duration.ofMinutes(1));
        fixture.accept("three", ANNA);
        deliverOne();
        fixture.close();

        assertThat(sent())
                .containsExactly(
                        new UsageSlot(Instant.parse("2026-03-01T08:00:00Z"), 3),
                        new UsageSlot(Instant.parse("2026-03-01T08:10:00Z"), 1));
    }

    @Test
    void deletesASlotADayAfterItsEnd() {
        fixture.accept("one", ANNA);
        deliverOne();
        fixture.clock.advance(DAY.plusMinutes(9));
        fixture.deleteHistoryBefore(Instant.EPOCH);
        assertThat(sent()).hasSize(1);

        fixture.clock.advance(Duration.ofMinutes(1));
        assertThat(sent()).isEmpty();
        fixture.deleteHistoryBefore(Instant.EPOCH);
        assertThat(fixture.number("SELECT count(*) FROM quota_usage")).isZero();
    }

    @Test
    void doesNotCountAFailedSettlement() {
        fixture.accept("one", ANNA);
        Claim stale = fixture.claimOne();
        fixture.clock.advance(JdbcClaims.LEASE);
        deliverOne();
        try {
            fixture.queue().claims().settle(stale, QueueFixture.delivered(stale), List.of(), List.of());
        } catch (QueueException e) {
            assertThat(e.isFinal()).isTrue();
        }
        assertThat(sent()).singleElement().extracting(UsageSlot::recipients).isEqualTo(1);
    }

    @Test
    void keepsRecordsOfSentAlertsForAYear() {
        Instant told = fixture.clock.instant();
        assertThat(fixture.queue().oneTimeAlerts().sentAt("secret of relay@contoso.example, 30 days"))
                .isEmpty();
        fixture.queue().oneTimeAlerts().recordSent("secret of relay@contoso.example, 30 days", told.minus(DAY));
        fixture.queue().oneTimeAlerts().recordSent("secret of relay@contoso.example, 30 days", told);
        fixture.close();
        assertThat(fixture.queue().oneTimeAlerts().sentAt("secret of relay@contoso.example, 30 days"))
                .contains(told);
        assertThat(fixture.queue().oneTimeAlerts().sentAt("secret of relay@contoso.example, 14 days"))
                .isEmpty();

        fixture.clock.advance(Duration.ofDays(365));
        fixture.deleteHistoryBefore(Instant.EPOCH);
        assertThat(fixture.queue().oneTimeAlerts().sentAt("secret of relay@contoso.example, 30 days"))
                .isPresent();
        fixture.clock.advance(Duration.ofDays(2));
        fixture.deleteHistoryBefore(Instant.EPOCH);
        assertThat(fixture.queue().oneTimeAlerts().sentAt("secret of relay@contoso.example, 30 days"))
                .isEmpty();
    }

    private List<UsageSlot> sent() {
        return fixture.queue().claims().quotaUsage(QueueFixture.MAILBOX, dayAgo());
    }

    private Instant dayAgo() {
        return fixture.clock.instant().minus(DAY);
    }

    private void deliverOne() {
        Claim claim = fixture.claimOne();
        fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
    }
}
