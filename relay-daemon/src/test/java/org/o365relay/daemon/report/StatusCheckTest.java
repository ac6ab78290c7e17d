package org.o365relay.daemon.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.RelayStatus.Running;
import org.o365relay.alert.Alert;
import org.o365relay.alert.AlertKind;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.QueueSummary;

final class StatusCheckTest {

    private static final Instant NOW = Instant.parse("2026-11-30T07:05:00Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            OPEN          | -                                     | OK       | false | 3 messages in the queue
            BLOCKED       | mailbox-blocked scan@contoso.example  | CRITICAL | true  | scan@contoso.example is blocked: because
            RETRYING      | -                                     | WARNING  | false | scan@contoso.example cannot send at the moment: because
            RETRYING      | unreachable scan@contoso.example      | CRITICAL | true  | unreachable; scan@contoso.example cannot send at the moment: because
            FAILOVER      | -                                     | WARNING  | false | scan@contoso.example sends through its fallback graph: because
            PAUSED        | -                                     | WARNING  | true  | scan@contoso.example is paused: because
            OPEN          | queue-age                             | WARNING  | false | queue-age
            OPEN          | disk-low                              | WARNING  | false | disk-low
            OPEN          | disk-full                             | CRITICAL | true  | disk-full
            OPEN          | queue-full                            | CRITICAL | true  | queue-full
            OPEN          | queue-unusable                        | CRITICAL | true  | queue-unusable
            OPEN          | queue-damaged                         | WARNING  | false | queue-damaged
            OPEN          | limit-exceeded 10.0.0.7               | WARNING  | false | limit-exceeded
            OPEN          | expiring secret scan@contoso.example  | WARNING  | false | expiring
            PAUSED        | disk-full                             | CRITICAL | true  | disk-full; scan@contoso.example is paused: because
            """)
    void levelsAndText(State state, String alert, String level, boolean isStuck, String text) {
        RelayStatus status = status(state, alert == null ? List.of() : List.of(alert));
        assertThat(StatusCheck.of(status).line())
                .isEqualTo("O365-RELAY " + level + " - " + text + " | waiting=3 oldest=300s");
        assertThat(StatusCheck.of(status).level()).hasToString(level);
        assertThat(StatusCheck.isStuck(status)).isEqualTo(isStuck);
    }

    @Test
    void aRelayThatDoesNotRunIsCritical() {
        RelayStatus stopped = new RelayStatus(NOW, null, queue(), new Disk(1, 1, 1, 1));
        assertThat(StatusCheck.of(stopped).line())
                .isEqualTo("O365-RELAY CRITICAL - the relay is not running | waiting=3 oldest=300s");
        assertThat(StatusCheck.isStuck(stopped)).isTrue();
    }

    @Test
    void everyKindOfAlertHasALevel() {
        assertThat(Stream.of(AlertKind.values()).flatMap(kind -> AlertKind.of(kind.alertName("x")).stream()))
                .containsExactly(AlertKind.values());
    }

    @Test
    void textOfOthersCannotForgePerformanceData() {
        RelayStatus status = status(State.BLOCKED, List.of(), "no | waiting=0\nO365-RELAY OK");
        assertThat(StatusCheck.of(status).line())
                .hasLineCount(1)
                .endsWith(" | waiting=3 oldest=300s")
                .containsOnlyOnce("|");
    }

    private static RelayStatus status(State state, List<String> alerts) {
        return status(state, alerts, "because");
    }

    private static RelayStatus status(State state, List<String> alerts, String cause) {
        MailboxStatus mailbox = new MailboxStatus("scan@contoso.example", state, NOW, "graph", "", cause, "", NOW, 0);
        List<Alert> active = alerts.stream()
                .map(name -> new Alert(name, NOW, name.replaceFirst(" .*", ""), "", ""))
                .toList();
        Running running = new Running("1", 1, NOW, List.of(), List.of(mailbox), List.of(), active);
        return new RelayStatus(NOW, running, queue(), new Disk(1, 1, 1, 1));
    }

    private static QueueSummary queue() {
        return new QueueSummary(
                NOW,
                Map.of(MessageState.QUEUED, 3L),
                new QueueId(1),
                NOW.minusSeconds(300),
                null,
                List.of(),
                Map.of(),
                List.of(),
                List.of());
    }
}
