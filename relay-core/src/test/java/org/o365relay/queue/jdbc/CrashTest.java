package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.CrashScenes.LARGE;
import static org.o365relay.queue.jdbc.CrashScenes.SMALL;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.Recipient;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.Claim;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.jdbc.CrashScenes.Scene;

/// One test for each row of the table in `docs/queue.md`: a process is killed with SIGKILL in that state, and
/// the test opens its queue.
@Timeout(120)
public class CrashTest {

    private Path scratch;
    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        scratch = directory;
        fixture = new QueueFixture(directory.resolve("queue"));
    }

    @AfterEach
    void close() {
        assertThat(fixture.inconsistencies()).isEmpty();
        fixture.close();
    }

    @Test
    void firstStart() throws Exception {
        crash(Scene.FIRST_START);
        fixture.accept(SMALL, ANNA);
        assertThat(fixture.read(fixture.claimOne())).isEqualTo(SMALL);
    }

    @Test
    void receivingASmallMessage() throws Exception {
        crash(Scene.RECEIVING_SMALL);
        assertEmpty();
    }

    @Test
    void beingCommitted() throws Exception {
        crash(Scene.BEING_COMMITTED);
        assertThat(fixture.number("SELECT count(*) FROM message")).isZero();
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isEqualTo(3);
        assertEmpty();
    }

    @Test
    void receivingALargeMessage() throws Exception {
        crash(Scene.RECEIVING_LARGE);
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isEqualTo(3);
        assertThat(fixture.number("SELECT count(*) FROM incoming")).isEqualTo(1);
        assertEmpty();
    }

    @Test
    void beingAbandoned() throws Exception {
        crash(Scene.BEING_ABANDONED);
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isEqualTo(3);
        assertEmpty();
    }

    @Test
    void committed() throws Exception {
        crash(Scene.COMMITTED);
        List<Claim> claims = fixture.claim(10);
        assertThat(claims).extracting(Claim::attempts).containsExactly(1, 1);
        assertThat(claims).extracting(Claim::arrival).containsOnly(fixture.arrival());
        assertThat(claims.get(0).envelope()).isEqualTo(QueueFixture.envelope(ANNA, BERT));
        assertThat(claims.get(1).envelope()).isEqualTo(QueueFixture.envelope(BERT));
        assertThat(fixture.read(claims.get(0))).isEqualTo(SMALL);
        assertThat(fixture.read(claims.get(1))).isEqualTo(LARGE);
    }

    @Test
    void beingClaimed() throws Exception {
        crash(Scene.BEING_CLAIMED);
        Claim claim = fixture.claimOne();
        assertThat(claim.attempts()).isEqualTo(1);
        assertThat(fixture.queue().notices().history(claim.id())).isEmpty();
    }

    @Test
    void claimed() throws Exception {
        crash(Scene.CLAIMED);
        Claim claim = fixture.claimOne();
        assertThat(claim.attempts()).as("the interrupted attempt counts").isEqualTo(2);
        assertThat(fixture.read(claim)).isEqualTo(SMALL);
        assertThat(fixture.queue().notices().history(claim.id()))
                .singleElement()
                .satisfies(event -> assertThat(event.kind()).isEqualTo("interrupted"))
                .satisfies(event -> assertThat(event.recipient()).isNull())
                .satisfies(event -> assertThat(event.detail()).contains("may have accepted the message"));
    }

    @Test
    void deferred() throws Exception {
        crash(Scene.DEFERRED);
        assertThat(fixture.claim(1)).isEmpty();
        fixture.clock.advance(Duration.ofHours(1));
        Claim claim = fixture.claimOne();
        assertThat(claim.attempts()).isEqualTo(2);
        assertThat(fixture.read(claim)).isEqualTo(SMALL);
        assertThat(fixture.queue().notices().history(claim.id()))
                .extracting(HistoryEntry::kind)
                .containsExactly("deferred");
    }

    @Test
    void partlySettled() throws Exception {
        crash(Scene.PARTLY_SETTLED);
        assertThat(fixture.claim(1)).isEmpty();
        fixture.clock.advance(Duration.ofHours(1));
        Claim claim = fixture.claimOne();
        assertThat(claim.recipients()).containsExactly(new Recipient(1, BERT));
        assertThat(fixture.read(claim)).isEqualTo(LARGE);
    }

    @Test
    void beingSettledWithANotice() throws Exception {
        crash(Scene.BEING_SETTLED);
        List<Claim> claims = fixture.claim(10);
        assertThat(claims).singleElement().matches(claim -> !claim.notice());
        assertThat(fixture.read(claims.getFirst())).isEqualTo(LARGE);
        assertThat(fixture.queue().notices().history(claims.getFirst().id()))
                .extracting(HistoryEntry::kind)
                .containsExactly("interrupted");
    }

    @Test
    void settledWithANotice() throws Exception {
        crash(Scene.SETTLED);
        List<Claim> claims = fixture.claim(10);
        assertThat(claims).singleElement().matches(Claim::notice);
        assertThat(fixture.text(claims.getFirst())).isEqualTo("could not");
        assertThat(fixture.number("SELECT count(*) FROM message WHERE settled_at IS NOT NULL"))
                .isEqualTo(1);
        assertThat(fixture.number("SELECT count(*) FROM event WHERE kind = 'failed'"))
                .isEqualTo(1);
    }

    @Test
    void beingDeletedFromHistory() throws Exception {
        crash(Scene.BEING_FORGOTTEN);
        assertThat(fixture.claim(1)).isEmpty();
        assertThat(fixture.number("SELECT count(*) FROM message")).isEqualTo(1);
        assertThat(fixture.number("SELECT count(*) FROM event")).isEqualTo(1);
    }

    @Test
    void deletedFromHistory() throws Exception {
        crash(Scene.FORGOTTEN);
        assertEmpty();
        assertThat(fixture.number("SELECT count(*) FROM event")).isZero();
    }

    @Test
    void partsBeingCommitted() throws Exception {
        crash(Scene.PARTS_BEING_COMMITTED);
        assertEmpty();
    }

    @Test
    void partSettled() throws Exception {
        crash(Scene.PART_SETTLED);
        List<Claim> claims = fixture.claim(10);
        assertThat(claims).singleElement().extracting(Claim::recipients).isEqualTo(List.of(new Recipient(0, BERT)));
        assertThat(fixture.read(claims.getFirst())).isEqualTo(LARGE);
        fixture.queue()
                .claims()
                .settle(claims.getFirst(), QueueFixture.delivered(claims.getFirst()), List.of(), List.of());
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isZero();
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void lastPartBeingSettled() throws Exception {
        crash(Scene.LAST_PART_BEING_SETTLED);
        Claim claim = fixture.claimOne();
        assertThat(claim.recipients()).containsExactly(new Recipient(0, BERT));
        assertThat(claim.attempts()).isEqualTo(2);
        assertThat(fixture.read(claim)).isEqualTo(LARGE);
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void spaceBeingReturned() throws Exception {
        crash(Scene.BEING_GIVEN_BACK);
        assertThat(fixture.number("PRAGMA freelist_count")).isGreaterThan(50);
        Claim claim = fixture.claimOne();
        assertThat(claim.envelope()).isEqualTo(QueueFixture.envelope(BERT));
        assertThat(fixture.read(claim)).isEqualTo(SMALL);
    }

    @Test
    void beingPutOnHold() throws Exception {
        crash(Scene.BEING_PUT_ON_HOLD);
        assertThat(fixture.claim(10)).hasSize(2);
        assertThat(fixture.number("SELECT count(*) FROM event")).isZero();
    }

    @Test
    void onHold() throws Exception {
        crash(Scene.ON_HOLD);
        assertThat(fixture.claim(10)).isEmpty();
        fixture.queue().admin().apply(new Change.Release(), MessageFilter.ALL, "Eva");
        Claim claim = fixture.claimOne();
        assertThat(fixture.read(claim)).isEqualTo(SMALL);
        assertThat(claim.attempts()).isEqualTo(1);
        assertThat(fixture.queue().notices().history(claim.id()))
                .extracting(HistoryEntry::kind)
                .containsExactly("held", "released");
    }

    @Test
    void beingBounced() throws Exception {
        crash(Scene.BEING_GIVEN_UP);
        Claim claim = fixture.claimOne();
        assertThat(fixture.read(claim)).isEqualTo(LARGE);
        assertThat(claim.attempts()).as("a bounce is not an attempt").isEqualTo(1);
        assertThat(fixture.queue().notices().history(claim.id())).isEmpty();
        assertThat(fixture.number("SELECT count(*) FROM message WHERE settled_at IS NOT NULL"))
                .isEqualTo(1);
    }

    @Test
    void beingSettledWithContentToKeep() throws Exception {
        crash(Scene.KEPT_BEING_SETTLED);
        assertThat(kept()).isZero();
        List<Claim> claims = fixture.claim(10);
        assertThat(claims).singleElement().matches(claim -> !claim.notice());
        assertThat(fixture.read(claims.getFirst())).isEqualTo(LARGE);

        settle(claims.getFirst());
        assertThat(kept()).isEqualTo(1);
    }

    @Test
    void settledWithContentKept() throws Exception {
        crash(Scene.KEPT);
        assertThat(fixture.claim(10)).isEmpty();
        fixture.deleteKeptContent();
        assertThat(kept()).isEqualTo(1);
        assertThat(resend().changed()).isEqualTo(1);
        assertThat(fixture.read(fixture.claimOne())).isEqualTo(LARGE);
    }

    @Test
    void beingResent() throws Exception {
        crash(Scene.KEPT_BEING_RESENT);
        assertThat(fixture.claim(10)).isEmpty();
        assertThat(fixture.number("SELECT count(*) FROM event WHERE kind = 'resent'"))
                .isZero();
        assertThat(resend().changed()).isEqualTo(1);
        assertThat(fixture.claim(10))
                .as("sent once")
                .singleElement()
                .satisfies(claim -> assertThat(fixture.read(claim)).isEqualTo(LARGE));
    }

    @Test
    void resent() throws Exception {
        crash(Scene.KEPT_RESENT);
        List<Claim> claims = fixture.claim(10);
        assertThat(claims).as("sent once").hasSize(1);
        assertThat(fixture.read(claims.getFirst())).isEqualTo(LARGE);
        assertThat(fixture.number("SELECT count(*) FROM event WHERE kind = 'resent'"))
                .as("in the history of both")
                .isEqualTo(2);

        settle(claims.getFirst());
        assertThat(fixture.number("SELECT count(DISTINCT message_id) FROM chunk"))
                .as("both share one content")
                .isEqualTo(1);
        deleteAfterAWeek();
    }

    @Test
    void keptContentBeingDeleted() throws Exception {
        crash(Scene.KEPT_BEING_DELETED);
        assertThat(kept()).isEqualTo(1);
        assertThat(resend().changed()).isEqualTo(1);
        Claim resent = fixture.claimOne();
        fixture.clock.advance(Duration.ofDays(7));
        fixture.deleteKeptContent();
        assertThat(fixture.read(resent))
                .as("the resent message needs the content")
                .isEqualTo(LARGE);
        settle(resent);
        deleteAfterAWeek();
    }

    @Test
    void keptContentBeingReduced() throws Exception {
        crash(Scene.KEPT_BEING_REDUCED);
        assertThat(kept()).isEqualTo(5);
        fixture.deleteKeptContent();
        assertThat(kept()).as("as many as fit").isEqualTo(2);
        assertThat(fixture.number("SELECT count(DISTINCT message_id) FROM chunk"))
                .isEqualTo(2);
        assertThat(fixture.inconsistencies()).isEmpty();
        assertThat(resend().changed()).isEqualTo(2);
    }

    /// @return number of messages whose content is kept
    private long kept() {
        return fixture.queue().reader().count(MessageFilter.ALL.withKeptContent());
    }

    private ChangeResult resend() {
        return fixture.queue().admin().apply(new Change.Resend(null, null), MessageFilter.ALL, "Eva");
    }

    private void settle(Claim claim) {
        fixture.queue().claims().settle(claim, QueueFixture.failed(claim), List.of(), List.of());
    }

    private void deleteAfterAWeek() {
        fixture.clock.advance(Duration.ofDays(7));
        fixture.deleteKeptContent();
        assertThat(fixture.number("SELECT count(*) FROM chunk"))
                .as("nothing is left")
                .isZero();
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    private void crash(Scene scene) throws Exception {
        fixture = new QueueFixture(fixture.directory, scene.keep());
        try (ChildJvm child = ChildJvm.start(scratch, CrashScenes.class, scene.name(), fixture.directory.toString())) {
            child.awaitLine("REACHED");
            child.kill();
        }
    }

    private void assertEmpty() {
        assertThat(fixture.claim(10)).isEmpty();
        assertThat(fixture.number("SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM recipient)"
                        + " + (SELECT count(*) FROM chunk) + (SELECT count(*) FROM incoming)"))
                .isZero();
    }
}
