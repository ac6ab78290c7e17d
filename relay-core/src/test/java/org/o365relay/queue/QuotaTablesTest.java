package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.QueueFixture.ANNA;
import static org.o365relay.queue.QueueFixture.BERT;
import static org.o365relay.queue.QueueFixture.CARL;

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

/// What was handed over for each account, and what the admin has been told.
@Timeout(60)
class QuotaTablesTest {

    private static final Duration DAY = Duration.ofDays(1);

    private QueueFixture house;

    @BeforeEach
    void open(@TempDir Path directory) {
        house = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void countsRecipientsThatWereHandedOverAndNoOthers() {
        house.accept("report", ANNA, BERT, CARL);
        Claim claim = house.claimOne();
        house.queue()
                .settle(
                        claim,
                        new Settlement(
                                Map.of(
                                        claim.recipients().get(0), new Delivered(QueueFixture.OK),
                                        claim.recipients().get(1), new Deferred(QueueFixture.LATER),
                                        claim.recipients().get(2), new Failed(QueueFixture.NEVER)),
                                house.clock.instant(),
                                true,
                                "smtp.example:587",
                                QueueFixture.MAILBOX),
                        List.of());
        assertThat(sent()).containsExactly(new UsageSlot(Instant.parse("2026-03-01T08:00:00Z"), 1));

        deliverOne();
        assertThat(sent()).containsExactly(new UsageSlot(Instant.parse("2026-03-01T08:00:00Z"), 2));
        assertThat(house.queue().quotaUsage("other@contoso.example", dayAgo())).isEmpty();
    }

    @Test
    void countsInStepsOfTenMinutesAndSurvivesARestart() {
        house.accept("one", ANNA, BERT);
        deliverOne();
        house.clock.advance(Duration.ofMinutes(9));
        house.accept("two", ANNA);
        deliverOne();
        house.clock.advance(Duration.ofMinutes(1));
        house.accept("three", ANNA);
        deliverOne();
        house.close();

        assertThat(sent())
                .containsExactly(
                        new UsageSlot(Instant.parse("2026-03-01T08:00:00Z"), 3),
                        new UsageSlot(Instant.parse("2026-03-01T08:10:00Z"), 1));
    }

    @Test
    void aStepCountsUntilItsEndIsADayAgoAndIsThenForgotten() {
        house.accept("one", ANNA);
        deliverOne();
        house.clock.advance(DAY.plusMinutes(9));
        house.queue().deleteHistoryBefore(Instant.EPOCH);
        assertThat(sent()).hasSize(1);

        house.clock.advance(Duration.ofMinutes(1));
        assertThat(sent()).isEmpty();
        house.queue().deleteHistoryBefore(Instant.EPOCH);
        assertThat(house.number("SELECT count(*) FROM quota_usage")).isZero();
    }

    @Test
    void whatIsSettledInVainIsNotCounted() {
        house.accept("one", ANNA);
        Claim stale = house.claimOne();
        house.clock.advance(MessageQueue.LEASE);
        deliverOne();
        try {
            house.queue().settle(stale, QueueFixture.delivered(stale), List.of());
        } catch (QueueException e) {
            assertThat(e.isFinal()).isTrue();
        }
        assertThat(sent()).singleElement().extracting(UsageSlot::recipients).isEqualTo(1);
    }

    @Test
    void remembersForAYearWhatTheAdminHasBeenTold() {
        Instant told = house.clock.instant();
        assertThat(house.queue().alertSentAt("secret of relay@contoso.example, 30 days"))
                .isEmpty();
        house.queue().recordSentAlert("secret of relay@contoso.example, 30 days", told.minus(DAY));
        house.queue().recordSentAlert("secret of relay@contoso.example, 30 days", told);
        house.close();
        assertThat(house.queue().alertSentAt("secret of relay@contoso.example, 30 days"))
                .contains(told);
        assertThat(house.queue().alertSentAt("secret of relay@contoso.example, 14 days"))
                .isEmpty();

        house.clock.advance(Duration.ofDays(365));
        house.queue().deleteHistoryBefore(Instant.EPOCH);
        assertThat(house.queue().alertSentAt("secret of relay@contoso.example, 30 days"))
                .isPresent();
        house.clock.advance(Duration.ofDays(2));
        house.queue().deleteHistoryBefore(Instant.EPOCH);
        assertThat(house.queue().alertSentAt("secret of relay@contoso.example, 30 days"))
                .isEmpty();
    }

    private List<UsageSlot> sent() {
        return house.queue().quotaUsage(QueueFixture.MAILBOX, dayAgo());
    }

    private Instant dayAgo() {
        return house.clock.instant().minus(DAY);
    }

    private void deliverOne() {
        Claim claim = house.claimOne();
        house.queue().settle(claim, QueueFixture.delivered(claim), List.of());
    }
}
