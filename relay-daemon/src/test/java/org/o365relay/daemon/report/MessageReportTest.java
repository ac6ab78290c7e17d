package org.o365relay.daemon.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;

final class MessageReportTest {

    private static final Instant NOW = Instant.parse("2026-11-21T07:05:00Z");
    private static final HistoryEntry RESTORED = new HistoryEntry(
            NOW.minusSeconds(300),
            null,
            "restored",
            "",
            "from a backup of 2026-11-20T17:00:00.123456Z; it may have been delivered after that",
            "",
            true);

    private final MessageReport story = new MessageReport(
            new Layout(new Times(NOW, ZoneId.of("Europe/Berlin")), Layout.UNLIMITED),
            new ReasonTexts(),
            new DeviceNames(List.of()));

    private String report(int attempts, HistoryEntry... events) {
        return report(MessageState.FAILED, attempts, events);
    }

    private String report(MessageState state, int attempts, HistoryEntry... events) {
        return report(state, attempts, HeaderChanges.NONE, events);
    }

    private String report(MessageState state, int attempts, HeaderChanges changes, HistoryEntry... events) {
        MessageEntry line = new MessageEntry(
                new QueueId(1L << 40),
                state,
                NOW.minusSeconds(600),
                "192.168.10.17",
                "",
                "a@contoso.example",
                List.of("b@contoso.example"),
                1,
                1000,
                "relay@contoso.example",
                "relay@contoso.example",
                Priority.NORMAL,
                attempts,
                null,
                "",
                "",
                "<1@mfp>",
                "<1.0f@mfp>",
                state == MessageState.FAILED ? NOW : null,
                false);
        List<RecipientEntry> recipients = List.of(new RecipientEntry(0, "b@contoso.example", "failed"));
        MessageDetail message = new MessageDetail(
                line, "ESMTP", "8BITMIME", false, changes, line.id(), false, null, recipients, List.of(events));
        return String.join(
                "\n", story.lines(message, WaitReasons.notRunning(story.layout().times())));
    }

    @Test
    void showsNoCauseForAnOperatorBounce() {
        HistoryEntry bounced = new HistoryEntry(NOW, null, "bounced", "", "by root", "", false);
        HistoryEntry failed =
                new HistoryEntry(NOW, 0, "failed", "", "554 5.3.0 Returned by the operator", "relay", false);
        assertThat(report(0, bounced, failed))
                .contains("bounced by an operator", "note      554 5.3.0 Returned by the operator")
                .doesNotContain("could not send", "Read the reply");
        assertThat(report(1, failed)).contains("the relay itself could not send the message");
    }

    @Test
    void showsWhatTheRulesDecided() {
        HeaderChanges changes = HeaderChanges.NONE
                .withFromName("Scanner")
                .withAddedRecipient(
                        EmailAddress.parse("archive@contoso.example").orElseThrow());

        assertThat(report(MessageState.FAILED, 1, changes))
                .containsPattern("rules +from-name \"Scanner\", add-recipient archive@contoso.example");
    }

    @Test
    void showsBothMessageIdsOfAMessageWithANewOne() {
        assertThat(report(0)).contains("<1@mfp>, used before with different content; sent as <1.0f@mfp>");
        HistoryEntry resentAs = new HistoryEntry(NOW, null, "resent", "", "as 38FT0RHZ00001, by root", "", false);
        assertThat(report(0, resentAs)).contains("<1@mfp>, used before with different content; sent as <1.0f@mfp>");
        HistoryEntry resentFrom = new HistoryEntry(NOW, null, "resent", "", "from 38FT0RHZ00000, by root", "", false);
        assertThat(report(0, resentFrom)).contains("<1@mfp>, used by the original message; sent as <1.0f@mfp>");
    }

    @Test
    void showsTheTimeOfABackupInLocalTime() {
        assertThat(report(1, RESTORED)).contains("from a backup of 2026-11-20 18:00:00; it may", "receive it twice");
    }

    @Test
    void warnsOfDuplicatesOfAnOpenRestoredMessageWithoutADeliveryAttempt() {
        assertThat(report(MessageState.HELD, 0, RESTORED)).contains("receive it twice");
    }

    @Test
    void doesNotWarnOfDuplicatesWithoutADeliveryAttempt() {
        assertThat(report(0, RESTORED)).contains("restored from a backup").doesNotContain("receive it twice");
    }
}
