package org.o365relay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.alert.AlertFixture.AFTER;
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
import org.o365relay.journal.Journal.ExceededLimit;

class ActiveAlertsTest {

    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String PAUSED = "lane-paused first@contoso.example";

    @TempDir
    private Path directory;

    private AlertFixture house;

    @BeforeEach
    void open() {
        house = new AlertFixture(directory);
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void tellsOnceWhenItBeginsAndOnceWhenItIsOver() {
        house.pause(FIRST);
        house.pass(HOUR);
        assertThat(house.calls()).containsExactly("+ " + PAUSED);
        assertThat(house.board().active()).singleElement().satisfies(alert -> {
            assertThat(alert.subject()).isEqualTo("No mail leaves as first@contoso.example");
            assertThat(alert.since()).isEqualTo("2026-03-01T02:10:00Z");
            assertThat(alert.advice()).isEqualTo("Give it the right password.");
        });
        house.resume(FIRST);
        house.pass(HOUR);
        assertThat(house.calls()).containsExactly("+ " + PAUSED, "- " + PAUSED);
        assertThat(house.board().active()).isEmpty();
    }

    @Test
    void sendsLettersThroughAnotherMailbox() {
        house.pause(FIRST);
        house.pass(HOUR);
        assertThat(house.letters(SECOND))
                .singleElement()
                .asString()
                .contains(
                        "From: Mail relay <second@contoso.example>",
                        "To: <it@contoso.example>",
                        "Subject: No mail leaves as first@contoso.example",
                        "535 5.7.139 Authentication",
                        "What to do: Give it the right password.");
        house.resume(FIRST);
        house.pass(HOUR);
        assertThat(house.letters(FIRST)).isEmpty();
        assertThat(house.letters(SECOND))
                .singleElement()
                .asString()
                .contains("Subject: Over: No mail leaves", "from 1 March 2026 02:10 UTC to 1 March 2026 03:10 UTC")
                .doesNotContain("535");
        assertThat(house.journal.lines("accepted"))
                .as("letters are in the journal")
                .hasSize(2);
    }

    @Test
    void tellsBothInOneLetterIfNoMailboxWasOpen() {
        house.open.remove(SECOND);
        house.pause(FIRST);
        house.pass(HOUR);
        assertThat(house.calls()).as("the webhook needs no mailbox").containsExactly("+ " + PAUSED);
        assertThat(house.letters(FIRST)).isEmpty();
        assertThat(house.letters(SECOND)).isEmpty();
        house.resume(FIRST);
        house.pass(HOUR);
        assertThat(house.letters(FIRST))
                .singleElement()
                .asString()
                .contains(
                        "Subject: Over: No mail leaves",
                        "from 1 March 2026 02:10 UTC to 1 March 2026 03:10 UTC",
                        "535 5.7.139",
                        "You were not told");
    }

    @Test
    void sendsTheLetterAsSoonAsAMailboxIsOpen() {
        house.open.remove(SECOND);
        house.pause(FIRST);
        house.pass(HOUR);
        house.open.add(SECOND);
        house.pass(HOUR);
        assertThat(house.letters(SECOND)).singleElement().asString().contains("What to do:");
        assertThat(house.calls()).hasSize(1);
    }

    @Test
    void doesNotTellWhatLastsForLessThanAMinute() {
        for (int i = 0; i < 5; i++) {
            house.pause(FIRST);
            house.pass(AFTER.minusSeconds(10));
            house.resume(FIRST);
            house.pass(TEN_SECONDS);
        }
        house.pass(HOUR);
        assertThat(house.calls()).isEmpty();
        assertThat(house.board().active()).isEmpty();
        assertThat(house.letters(SECOND)).isEmpty();
    }

    @Test
    void doesNotTellAnewWhatComesBackWithinAMinute() {
        house.pause(FIRST);
        house.pass(HOUR);
        for (int i = 0; i < 5; i++) {
            house.resume(FIRST);
            house.pass(AFTER.minusSeconds(10));
            house.pause(FIRST);
            house.pass(AFTER);
        }
        assertThat(house.calls()).containsExactly("+ " + PAUSED);
        house.resume(FIRST);
        house.pass(AFTER);
        assertThat(house.calls()).containsExactly("+ " + PAUSED, "- " + PAUSED);
        assertThat(house.letters(SECOND)).hasSize(2);
    }

    @Test
    void tellsOnceEvenOverARestart() {
        house.pause(FIRST);
        house.pass(HOUR);
        house.restart();
        assertThat(house.board().active()).hasSize(1);
        house.pause(FIRST);
        house.pass(HOUR);
        assertThat(house.calls()).containsExactly("+ " + PAUSED);
        house.restart();
        house.resume(FIRST);
        house.pass(HOUR);
        assertThat(house.calls()).containsExactly("+ " + PAUSED, "- " + PAUSED);
        house.restart();
        house.pass(HOUR);
        assertThat(house.calls()).hasSize(2);
        assertThat(house.letters(SECOND)).hasSize(2);
    }

    @Test
    void isOverIfNobodyFindsItAgainAfterARestart() {
        house.pause(FIRST);
        house.pass(HOUR);
        house.restart();
        house.open.add(FIRST);
        house.pass(Duration.ofMinutes(10));
        assertThat(house.calls()).containsExactly("+ " + PAUSED);
        house.pass(AFTER);
        assertThat(house.calls()).containsExactly("+ " + PAUSED, "- " + PAUSED);
    }

    @Test
    void writesNoLetterOfWhatNobodyHasFoundAgainAfterARestart() {
        house.open.remove(SECOND);
        house.pause(FIRST);
        house.pass(HOUR);
        house.restart();
        house.open.add(FIRST); // nobody has tried yet
        house.pass(AFTER);
        assertThat(house.letters(FIRST)).isEmpty();
    }

    @Test
    void tellsOfAnOutageWhenItLastsForTenMinutes() {
        house.events().unreachable(FIRST, "smtp.example", REFUSED, house.clock.instant());
        house.pass(Duration.ofMinutes(9));
        assertThat(house.calls()).isEmpty();
        house.pass(Duration.ofMinutes(1));
        assertThat(house.calls()).containsExactly("+ unreachable first@contoso.example");
        house.events().reachable(FIRST, "smtp.example", Duration.ofMinutes(10));
        house.pass(AFTER);
        assertThat(house.calls())
                .containsExactly("+ unreachable first@contoso.example", "- unreachable first@contoso.example");
    }

    @Test
    void tellsOfAnOutageThatGetsAReasonOnlyByTheReason() {
        house.events().unreachable(FIRST, "smtp.example", REFUSED, house.clock.instant());
        house.pass(Duration.ofMinutes(5));
        house.pause(FIRST);
        house.pass(HOUR);
        assertThat(house.calls()).containsExactly("+ " + PAUSED);
    }

    @Test
    void takesADeviceForWellAgainAfterAnHourWithinItsBudget() {
        for (int i = 0; i < 6; i++) {
            house.events().limitExceeded(overdrawn());
            house.pass(Duration.ofMinutes(30));
        }
        assertThat(house.calls()).containsExactly("+ over-budget 192.168.10.17");
        house.pass(HOUR);
        assertThat(house.calls()).containsExactly("+ over-budget 192.168.10.17", "- over-budget 192.168.10.17");
        assertThat(house.letters(FIRST).getFirst())
                .contains("Subject: The device Scanner (192.168.10.17) has used up what it may send")
                .contains("recipients-per-day");
    }

    @Test
    void tellsTheWebhookEvenIfTheDiskFails() {
        house.pause(FIRST);
        house.queue().close();
        house.pass(HOUR);
        assertThat(house.calls()).containsExactly("+ " + PAUSED);
        assertThat(house.board().active()).hasSize(1);
    }

    @Test
    void tellsAnEventOnlyOnceWhateverIsHeardOfIt() {
        List.of("other words", "and again").forEach(advice -> {
            house.events().blocked(FIRST, "smtp.example", REFUSED, advice, house.clock.instant());
            house.pass(HOUR);
        });
        assertThat(house.calls()).containsExactly("+ " + PAUSED);
        assertThat(house.board().active().getFirst().advice()).isEqualTo("and again");
    }

    private ExceededLimit overdrawn() {
        return new ExceededLimit(
                InetAddress.ofLiteral("192.168.10.17"),
                "Scanner",
                "scanner",
                null,
                null,
                "recipients-per-day",
                house.clock.instant().plus(HOUR),
                REFUSED);
    }
}
