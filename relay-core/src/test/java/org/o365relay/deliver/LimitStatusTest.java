package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.deliver.health.AddressBackoff;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.limits.LimitUsage;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.queue.HistoryEntry;

/// The limits and backoffs that the status of a mailbox shows.
final class LimitStatusTest {

    private static final Instant START = Instant.parse("2026-11-21T08:00:00Z");
    private static final String SCAN = "From: scan@contoso.example\r\n\r\nscan\r\n";
    private static final String ANNA = "anna@contoso.example";
    private static final String BERT = "bert@contoso.example";

    @TempDir
    private Path directory;

    @Test
    void theDailyQuotaIsNotAReplyOfTheUpstream() throws Exception {
        try (DeliveryFixture relay = new DeliveryFixture(directory, new AccountLimits(null, 1, 2, 2))) {
            relay.accept("scan@contoso.example", SCAN, ANNA, BERT);
            relay.deliverDue();
            relay.accept("scan@contoso.example", SCAN, ANNA);
            relay.deliverDue();

            MailboxStatus status = relay.sender.status();
            assertThat(status.state()).isEqualTo(MailboxStatus.State.BLOCKED);
            assertThat(status.isDailyQuota()).isTrue();
            assertThat(status.reply()).isEmpty();
            assertThat(status.limits())
                    .isEqualTo(new LimitUsage("relay@contoso.example", null, null, 2, 0, null, 2, 2));
        }
    }

    @Test
    void aMessageDeferredByTheDailyQuotaSaysSoInItsHistory() throws Exception {
        try (DeliveryFixture relay = new DeliveryFixture(directory, new AccountLimits(null, 1, 2, 3))) {
            relay.accept("scan@contoso.example", SCAN, ANNA, BERT);
            relay.deliverDue();
            var id = relay.accept("scan@contoso.example", SCAN, ANNA, BERT);
            relay.deliverDue();

            var message = relay.queue.reader().show(id).orElseThrow();
            assertThat(message.entry().reason()).isEqualTo("daily-quota");
            assertThat(message.events()).extracting(HistoryEntry::reason).containsOnly("daily-quota");
        }
    }

    @Test
    void showsWhenTheRateAndTheConnectionsAllowTheNextMessage() throws Exception {
        try (DeliveryFixture relay = new DeliveryFixture(directory, new AccountLimits(30, 1, 1, null))) {
            assertThat(relay.sender.status().limits())
                    .isEqualTo(new LimitUsage("relay@contoso.example", 30, null, 1, 0, null, null, 0));

            relay.sender.account().rateLimiter().take(1);
            relay.sender.account().concurrencyLimiter().acquire(1, Duration.ZERO);
            relay.sender.account().concurrencyLimiter().throttled();
            assertThat(relay.sender.status().limits())
                    .isEqualTo(new LimitUsage(
                            "relay@contoso.example", 30, START.plusSeconds(2), 1, 1, START.plusSeconds(5), null, 0));

            relay.sender.account().rateLimiter().lower();
            assertThat(relay.sender.status().messagesPerMinute()).isEqualTo(15);
            assertThat(relay.sender.status().limits())
                    .extracting(LimitUsage::messagesPerMinute, LimitUsage::nextMessageAt)
                    .containsExactly(15, START.plusSeconds(4));
        }
    }

    @Test
    void showsBackoffsUntilTheyAreOver() throws Exception {
        String refusal = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup";
        try (DeliveryFixture relay = new DeliveryFixture(directory)) {
            for (int i = 0; i < 3; i++) {
                relay.upstream.answer(FakeUpstream.upstream(Step.RCPT, refusal));
                relay.accept(null, SCAN, BERT);
                relay.deliverDue();
            }
            Instant until = START.plus(Duration.ofMinutes(15));
            assertThat(relay.sender.status().backoffs())
                    .containsExactly(new AddressBackoff("recipient", BERT, until, "recipient-unknown", refusal));

            relay.clock.advance(Duration.ofMinutes(15));
            assertThat(relay.sender.status().backoffs()).isEmpty();
        }
    }
}
