package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.deliver.Response.Step;
import org.o365relay.mail.Reply;

class LaneTest {

    private static final Reply DENIED = Reply.of(535, "5.7.3", "Authentication unsuccessful");

    private BackHalf relay;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        relay = new BackHalf(directory);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void probesLessAndLessOftenUpToTheLongestDelay() {
        relay.lane.pause(relay.lane.mark(), Step.AUTH, DENIED, "check the password");
        for (int minutes : new int[] {1, 2, 4, 8, 15, 15}) {
            assertThat(relay.lane.closedFor()).isEqualTo(Duration.ofMinutes(minutes));
            relay.clock.advance(Duration.ofMinutes(minutes));
            relay.lane.pause(relay.lane.mark(), Step.AUTH, DENIED, "check the password");
        }
        assertThat(relay.journal.lines("paused")).hasSize(1);
    }

    @Test
    void doesNotHearDeliveriesThatWereUnderWayWhenItClosed() {
        int mark = relay.lane.mark();
        relay.lane.pause(mark, Step.AUTH, DENIED, "check the password");
        relay.lane.pause(mark, Step.AUTH, DENIED, "check the password");
        relay.lane.served(mark);
        assertThat(relay.lane.closedFor()).isEqualTo(Duration.ofMinutes(1));
        assertThat(relay.journal.lines("resumed")).isEmpty();
    }

    @Test
    void tellsAgainWhenTheReasonChanges() {
        relay.lane.pause(relay.lane.mark(), Step.AUTH, DENIED, "check the password");
        relay.clock.advance(Duration.ofMinutes(1));
        relay.lane.pause(
                relay.lane.mark(), Step.END_OF_CONTENT, Reply.of(554, "5.2.252", "SendAsDenied"), "grant Send As");
        assertThat(relay.journal.lines("paused")).hasSize(2);
    }

    @Test
    void staysClosedWhenAProbeGotNoAnswer() {
        relay.lane.pause(relay.lane.mark(), Step.AUTH, DENIED, "check the password");
        relay.clock.advance(Duration.ofMinutes(1));
        relay.lane.unheard(relay.lane.mark(), false);
        assertThat(relay.lane.isOpen()).isFalse();
        assertThat(relay.lane.closedFor()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void restsAWhileWhenTheUpstreamCannotBeReachedAndOpensWhenItCan() {
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            int mark = relay.lane.mark();
            relay.lane.unheard(mark, false);
            relay.lane.unheard(mark, false); // another delivery that was under way
            assertThat(relay.lane.closedFor()).isEqualTo(Duration.ofSeconds(seconds));
            relay.clock.advance(Duration.ofSeconds(seconds));
            assertThat(relay.lane.closedFor()).isZero();
            assertThat(relay.lane.isOpen()).as("one at a time").isFalse();
        }
        relay.lane.served(relay.lane.mark());
        assertThat(relay.lane.isOpen()).isTrue();
        assertThat(relay.journal.lines()).isEmpty();
    }

    @Test
    void takesAProbeThatEndedInTheMiddleForAFailedOne() {
        relay.lane.pause(relay.lane.mark(), Step.AUTH, DENIED, "check the password");
        relay.clock.advance(Duration.ofMinutes(1));
        relay.lane.unheard(relay.lane.mark(), true);
        assertThat(relay.lane.closedFor()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void leavesAMessageThatWasDeferredToItselfWhileOpen() {
        relay.lane.unheard(relay.lane.mark(), true);
        assertThat(relay.lane.isOpen()).isTrue();
    }

    @Test
    void endsItsRestWhenTheUpstreamAnswersWhateverItSays() {
        relay.lane.unheard(relay.lane.mark(), false);
        relay.lane.heard(relay.lane.mark());
        assertThat(relay.lane.isOpen()).isTrue();
    }

    @Test
    void opensWhenAProbeGetsPastTheSignInThatHadFailed() {
        relay.lane.pause(relay.lane.mark(), Step.AUTH, DENIED, "check the password");
        relay.lane.heard(relay.lane.mark());
        assertThat(relay.lane.isOpen()).isTrue();
        assertThat(relay.journal.lines("resumed")).hasSize(1);
    }

    @Test
    void staysClosedWhenAProbeEndedBeforeTheStepThatHadFailed() {
        relay.lane.pause(relay.lane.mark(), Step.END_OF_CONTENT, DENIED, "quota");
        relay.clock.advance(Duration.ofMinutes(1));
        relay.lane.heard(relay.lane.mark());
        assertThat(relay.lane.isOpen()).isFalse();
        assertThat(relay.lane.closedFor()).as("no back-off for it").isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void isNotClosedForHoursByAClockThatIsSetBack() {
        relay.lane.pause(relay.lane.mark(), Step.AUTH, DENIED, "check the password");
        relay.clock.advance(Duration.ofHours(-5));
        assertThat(relay.lane.closedFor()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void opensWhenServed() {
        relay.lane.pause(relay.lane.mark(), Step.AUTH, DENIED, "check the password");
        relay.clock.advance(Duration.ofMinutes(3));
        relay.lane.served(relay.lane.mark());
        relay.lane.served(relay.lane.mark());
        assertThat(relay.lane.isOpen()).isTrue();
        assertThat(relay.journal.lines("resumed"))
                .containsExactly("resumed relay@contoso.example after " + Duration.ofMinutes(3));
    }
}
