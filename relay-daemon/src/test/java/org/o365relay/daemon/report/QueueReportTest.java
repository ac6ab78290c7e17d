package org.o365relay.daemon.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.RelayStatus.Running;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.QueueSummary;

final class QueueReportTest {

    private static final Instant NOW = Instant.parse("2026-11-21T07:05:00Z");
    private static final ReasonTexts MEANINGS = new ReasonTexts();
    private static final String ADVICE = "Test the user name and password of ";

    private final QueueReport report = new QueueReport(
            new Layout(new Times(NOW, ZoneId.of("UTC")), Layout.UNLIMITED), MEANINGS, new DeviceNames(List.of()));

    private String report(String reason, State state, String... mailboxes) {
        String cause = state == State.OPEN ? "" : MEANINGS.of(reason, "").cause() + ".";
        MailboxStatus mailboxStatus = new MailboxStatus("a@x.example", state, null, "graph", "", cause, "", null, 0);
        Running running = new Running("1", 1, NOW, List.of(), List.of(mailboxStatus), List.of(), List.of());
        QueueSummary queue = new QueueSummary(
                NOW,
                Map.of(MessageState.DEFERRED, 1L),
                new QueueId(1),
                NOW,
                NOW,
                Stream.of(mailboxes).map(name -> new GroupCount(name, 1, NOW)).toList(),
                Map.of(),
                List.of(),
                List.of(new GroupCount(reason, 1, NOW)));
        RelayStatus status = new RelayStatus(NOW, running, queue, new Disk(1, 1, 1, 1));
        return String.join(
                "\n",
                report.lines(
                        status,
                        WaitReasons.of(status, List.of(), report.layout().times())));
    }

    @Test
    void doesNotRepeatTheAdviceOfAMailbox() {
        assertThat(report("credentials-incorrect", State.BLOCKED, "a@x.example"))
                .doesNotContain(ADVICE);
    }

    @Test
    void namesTheMailboxInTheAdviceIfItIsTheOnlyOne() {
        assertThat(report("credentials-incorrect", State.OPEN, "a@x.example")).contains(ADVICE + "a@x.example");
    }

    @Test
    void refersToTheMailboxesCommandIfThereAreSeveralMailboxes() {
        assertThat(report("credentials-incorrect", State.OPEN, "a@x.example", "b@x.example"))
                .contains("See the advice of each mailbox: o365-relay mailboxes")
                .doesNotContain("the mailbox at", ADVICE);
    }

    @Test
    void tellsAPoolFromAMailboxThatIsNotConfigured() {
        assertThat(report("unreachable", State.OPEN, "a@x.example", "old@x.example", "scanners"))
                .containsPattern("(?m)^ *old@x.example +unconfigured ")
                .containsPattern("(?m)^ *scanners +pool ");
    }

    @Test
    void namesTheCommandsThatShowAnUnknownReply() {
        assertThat(report("unknown-reply", State.OPEN, "a@x.example"))
                .contains("o365-relay queue list --reason unknown-reply, then o365-relay queue show ID");
    }

    @Test
    void omitsTheNextAttemptIfAllMailboxesAreBlocked() {
        assertThat(report("unreachable", State.OPEN, "a@x.example")).contains("next attempt: now");
        assertThat(report("unreachable", State.RETRYING, "a@x.example")).doesNotContain("next attempt");
        assertThat(report("unreachable", State.RETRYING, "a@x.example", "b@x.example"))
                .contains("next attempt: now");
    }
}
