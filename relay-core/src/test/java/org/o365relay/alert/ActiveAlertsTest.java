package org.o365relay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.alert.AlertFixture.DELAY;
import static org.o365relay.alert.AlertFixture.FIRST;
import static org.o365relay.alert.AlertFixture.REFUSED;
import static org.o365relay.alert.AlertFixture.SECOND;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.journal.Event.Blocked;
import org.o365relay.journal.Event.LimitExceeded;
import org.o365relay.journal.Event.Reachable;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.journal.Event.Unreachable;

class ActiveAlertsTest {

    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String BLOCKED = "mailbox-blocked first@contoso.example";

    @TempDir
    private Path directory;

    private AlertFixture fixture;

    @BeforeEach
    void open() {
        fixture = new AlertFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void notifiesOnceWhenRaisedAndOnceWhenCleared() {
        fixture.block(FIRST);
        fixture.pass(HOUR);
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED);
        assertThat(fixture.alerts().active()).singleElement().satisfies(alert -> {
            assertThat(alert.subject()).isEqualTo("Mailbox first@contoso.example cannot send");
            assertThat(alert.since()).isEqualTo("2026-03-01T02:10:00Z");
            assertThat(alert.advice()).isEqualTo("Give it the right password.");
        });
        fixture.unblock(FIRST);
        assertThat(fixture.alerts().active())
                .as("disappears with the state that it reports, not when its end is reported")
                .isEmpty();
        fixture.pass(HOUR);
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED, "- " + BLOCKED);
        assertThat(fixture.alerts().active()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT2M", "PT-1H", "P20D", "P-20D", "P20000D"})
    void settingTheClockChangesNoDelay(Duration jump) {
        fixture.block(FIRST);
        fixture.clock.jump(jump);
        fixture.alerts().check();
        assertThat(fixture.calls()).as("not at once").isEmpty();
        fixture.pass(AlertFixture.DELAY.plus(TEN_SECONDS));
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED);
        fixture.unblock(FIRST);
        fixture.clock.jump(jump.negated());
        fixture.alerts().check();
        assertThat(fixture.calls()).hasSize(1);
        fixture.pass(AlertFixture.DELAY.plus(TEN_SECONDS));
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED, "- " + BLOCKED);
    }

    @Test
    void sendsEmailsFromAnotherMailbox() {
        fixture.block(FIRST);
        fixture.pass(HOUR);
        assertThat(fixture.emails(SECOND))
                .singleElement()
                .asString()
                .contains(
                        "From: Mail relay <second@contoso.example>",
                        "To: <it@contoso.example>",
                        "Subject: Mailbox first@contoso.example cannot send",
                        "535 5.7.139 Authentication",
                        "What to do: Give it the right password.");
        fixture.unblock(FIRST);
        fixture.pass(HOUR);
        assertThat(fixture.emails(FIRST)).isEmpty();
        assertThat(fixture.emails(SECOND))
                .singleElement()
                .asString()
                .contains(
                        "Subject: Resolved: Mailbox first@contoso.example cannot send",
                        "from 1 March 2026 02:10 UTC to 1 March 2026 03:10 UTC")
                .doesNotContain("535");
        assertThat(fixture.journal.lines("accepted")).as("emails are logged").hasSize(2);
    }

    @Test
    void reportsBothInOneEmailIfNoMailboxCouldSend() {
        fixture.open.remove(SECOND);
        fixture.block(FIRST);
        fixture.pass(HOUR);
        assertThat(fixture.calls()).as("the webhook needs no mailbox").containsExactly("+ " + BLOCKED);
        assertThat(fixture.emails(FIRST)).isEmpty();
        assertThat(fixture.emails(SECOND)).isEmpty();
        fixture.unblock(FIRST);
        fixture.pass(HOUR);
        assertThat(fixture.emails(FIRST))
                .singleElement()
                .asString()
                .contains(
                        "Subject: Resolved: Mailbox first@contoso.example cannot send",
                        "from 1 March 2026 02:10 UTC to 1 March 2026 03:10 UTC",
                        "535 5.7.139",
                        "No email was sent when it began");
    }

    @Test
    void sendsTheEmailAsSoonAsAMailboxCanSend() {
        fixture.open.remove(SECOND);
        fixture.block(FIRST);
        fixture.pass(HOUR);
        fixture.open.add(SECOND);
        fixture.pass(HOUR);
        assertThat(fixture.emails(SECOND)).singleElement().asString().contains("What to do:");
        assertThat(fixture.calls()).hasSize(1);
    }

    @Test
    void doesNotReportConditionsShorterThanTheDelay() {
        for (int i = 0; i < 5; i++) {
            fixture.block(FIRST);
            fixture.pass(DELAY.minusSeconds(10));
            fixture.unblock(FIRST);
            fixture.pass(TEN_SECONDS);
        }
        fixture.pass(HOUR);
        assertThat(fixture.calls()).isEmpty();
        assertThat(fixture.alerts().active()).isEmpty();
        assertThat(fixture.emails(SECOND)).isEmpty();
    }

    @Test
    void doesNotReportAConditionThatReturnsWithinTheDelay() {
        fixture.block(FIRST);
        fixture.pass(HOUR);
        for (int i = 0; i < 5; i++) {
            fixture.unblock(FIRST);
            fixture.pass(DELAY.minusSeconds(10));
            assertThat(fixture.alerts().active()).isEmpty();
            fixture.block(FIRST);
            assertThat(fixture.alerts().active()).as("no new delay").hasSize(1);
            fixture.pass(DELAY);
        }
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED);
        fixture.unblock(FIRST);
        fixture.pass(DELAY);
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED, "- " + BLOCKED);
        assertThat(fixture.emails(SECOND)).hasSize(2);
    }

    @Test
    void notifiesOnceEvenAfterARestart() {
        fixture.block(FIRST);
        fixture.pass(HOUR);
        fixture.restart();
        assertThat(fixture.alerts().active())
                .singleElement()
                .satisfies(alert ->
                        assertThat(alert.text()).endsWith("Reported before the restart, not detected again since."));
        fixture.block(FIRST);
        assertThat(fixture.alerts().active())
                .singleElement()
                .satisfies(alert -> assertThat(alert.text()).doesNotContain("before the restart"));
        fixture.pass(HOUR);
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED);
        fixture.restart();
        fixture.unblock(FIRST);
        fixture.pass(HOUR);
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED, "- " + BLOCKED);
        fixture.restart();
        fixture.pass(HOUR);
        assertThat(fixture.calls()).hasSize(2);
        assertThat(fixture.emails(SECOND)).hasSize(2);
    }

    @Test
    void clearsAnAlertNotDetectedAgainAfterARestart() {
        fixture.block(FIRST);
        fixture.pass(HOUR);
        fixture.restart();
        fixture.open.add(FIRST);
        fixture.pass(Duration.ofMinutes(10));
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED);
        fixture.pass(DELAY);
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED, "- " + BLOCKED);
    }

    @Test
    void sendsNoEmailForAnAlertNotDetectedAgainAfterARestart() {
        fixture.open.remove(SECOND);
        fixture.block(FIRST);
        fixture.pass(HOUR);
        fixture.restart();
        fixture.open.add(FIRST); // not tried yet
        fixture.pass(DELAY);
        assertThat(fixture.emails(FIRST)).isEmpty();
    }

    @Test
    void reportsAnOutageThatLastsTenMinutes() {
        fixture.events()
                .record(new Unreachable(FIRST, "smtp.example", AlertFixture.refused(""), fixture.clock.instant()));
        fixture.pass(Duration.ofMinutes(9));
        assertThat(fixture.calls()).isEmpty();
        fixture.pass(Duration.ofMinutes(1));
        assertThat(fixture.calls()).containsExactly("+ unreachable first@contoso.example");
        fixture.events().record(new Reachable(FIRST, "smtp.example", Duration.ofMinutes(10)));
        fixture.pass(DELAY);
        assertThat(fixture.calls())
                .containsExactly("+ unreachable first@contoso.example", "- unreachable first@contoso.example");
    }

    @Test
    void replacesAnOutageWithItsCause() {
        fixture.events()
                .record(new Unreachable(FIRST, "smtp.example", AlertFixture.refused(""), fixture.clock.instant()));
        fixture.pass(Duration.ofMinutes(5));
        fixture.block(FIRST);
        fixture.pass(HOUR);
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED);
    }

    @Test
    void clearsADeviceAfterAnHourWithinItsLimits() {
        for (int i = 0; i < 6; i++) {
            fixture.events().record(excess());
            fixture.pass(Duration.ofMinutes(30));
        }
        assertThat(fixture.calls()).containsExactly("+ limit-exceeded 192.168.10.17");
        fixture.pass(HOUR);
        assertThat(fixture.calls()).containsExactly("+ limit-exceeded 192.168.10.17", "- limit-exceeded 192.168.10.17");
        assertThat(fixture.emails(FIRST).getFirst())
                .contains("Subject: Device Scanner (192.168.10.17) exceeded a limit")
                .contains("recipients-per-day");
    }

    @Test
    void postsToTheWebhookEvenIfTheDiskFails() {
        fixture.block(FIRST);
        fixture.queue().close();
        fixture.pass(HOUR);
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED);
        assertThat(fixture.alerts().active()).hasSize(1);
    }

    @Test
    void reportsRepeatedEventsOnlyOnce() {
        List.of("other words", "and again").forEach(advice -> {
            fixture.events()
                    .record(new Blocked(FIRST, "smtp.example", AlertFixture.refused(advice), fixture.clock.instant()));
            fixture.pass(HOUR);
        });
        assertThat(fixture.calls()).containsExactly("+ " + BLOCKED);
        assertThat(fixture.alerts().active().getFirst().advice()).isEqualTo("and again");
    }

    private LimitExceeded excess() {
        return new LimitExceeded(
                new Rejected(InetAddress.ofLiteral("192.168.10.17"), "scanner", null, null, REFUSED),
                "Scanner",
                "recipients-per-day",
                fixture.clock.instant().plus(HOUR));
    }
}
