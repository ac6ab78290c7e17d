package org.o365relay.daemon.report;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Running;
import org.o365relay.alert.Alert;
import org.o365relay.alert.AlertKind;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.queue.QueueSummary;

/// The status of the relay in one line, in the format of a Nagios plugin: level, problems, and after `|` the
/// performance data.
///
/// @param problems what is wrong, the worst first; empty if nothing is wrong
public record StatusCheck(List<Problem> problems, QueueSummary queue, Instant now) {

    /// Something that is wrong.
    public record Problem(Level level, String text) {}

    /// How bad a problem is. The exit code of a plugin is [#exitCode()].
    public enum Level {
        /// Mail is accepted and leaves.
        OK(0),
        /// Mail leaves, but something needs attention, or an operator has paused a mailbox.
        WARNING(1),
        /// Mail is not accepted, or mail of at least one mailbox does not leave.
        CRITICAL(2),
        /// The status cannot be read.
        UNKNOWN(3);

        private final int exitCode;

        Level(int exitCode) {
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }

    public StatusCheck {
        problems = problems.stream()
                .sorted(Comparator.comparing(Problem::level).reversed())
                .toList();
    }

    public static StatusCheck of(RelayStatus status) {
        List<Problem> problems = new ArrayList<>();
        Running running = status.running();
        if (running == null) {
            problems.add(new Problem(Level.CRITICAL, "the relay is not running"));
        } else {
            running.mailboxes().stream()
                    .flatMap(mailbox -> problem(mailbox).stream())
                    .forEach(problems::add);
            running.alerts().stream().flatMap(alert -> problem(alert).stream()).forEach(problems::add);
        }
        return new StatusCheck(problems, status.queue(), status.at());
    }

    private static List<Problem> problem(MailboxStatus mailbox) {
        return switch (mailbox.state()) {
            case OPEN -> List.of();
            case BLOCKED -> List.of(new Problem(Level.CRITICAL, mailbox.mailbox() + " is blocked: " + mailbox.cause()));
            case RETRYING ->
                List.of(new Problem(
                        Level.WARNING, mailbox.mailbox() + " cannot send at the moment: " + mailbox.cause()));
            case FAILOVER ->
                List.of(new Problem(
                        Level.WARNING,
                        mailbox.mailbox() + " sends through its fallback " + mailbox.upstream() + ": "
                                + mailbox.cause()));
            case PAUSED -> List.of(new Problem(Level.WARNING, mailbox.mailbox() + " is paused: " + mailbox.cause()));
        };
    }

    /// Omits alerts about a mailbox that is blocked or uses a fallback, because its state already says that.
    private static List<Problem> problem(Alert alert) {
        Optional<AlertKind> kind = AlertKind.of(alert.name());
        boolean isShownAsState = kind.filter(AlertKind.MAILBOX_BLOCKED::equals).isPresent()
                || kind.filter(AlertKind.FAILOVER::equals).isPresent();
        return isShownAsState
                ? List.of()
                : List.of(new Problem(stopsMail(alert) ? Level.CRITICAL : Level.WARNING, alert.subject()));
    }

    private static boolean stopsMail(Alert alert) {
        return AlertKind.of(alert.name()).filter(AlertKind::stopsMail).isPresent();
    }

    public Level level() {
        return problems.isEmpty() ? Level.OK : problems.getFirst().level();
    }

    /// @return whether the relay is not running, an active alert stops mail, or a mailbox is blocked or paused
    public static boolean isStuck(RelayStatus status) {
        Running running = status.running();
        return running == null
                || running.mailboxes().stream()
                        .anyMatch(mailbox -> mailbox.state() == State.BLOCKED || mailbox.state() == State.PAUSED)
                || running.alerts().stream().anyMatch(StatusCheck::stopsMail);
    }

    public String line() {
        String text = problems.isEmpty()
                ? queue.open() + " messages in the queue"
                : problems.stream()
                        .map(problem -> TerminalText.text(problem.text()))
                        .collect(Collectors.joining("; "));
        return "O365-RELAY " + level() + " - " + text.replace('|', '/') + " | waiting=" + queue.open() + " oldest="
                + oldest().toSeconds() + "s";
    }

    private Duration oldest() {
        Instant oldest = queue.oldestAt();
        return oldest == null || oldest.isAfter(now) ? Duration.ZERO : Duration.between(oldest, now);
    }
}
