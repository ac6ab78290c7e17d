package org.o365relay.queue.jdbc;

import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.o365relay.Polling;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Change;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.jdbc.sqlite.DirectoryLock;
import org.o365relay.queue.jdbc.sqlite.Schema;
import org.o365relay.queue.jdbc.sqlite.Sqlite;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.queue.jdbc.sqlite.TornLogTest;

/// A process that brings a queue into a state and waits to be killed. One scene for each row of the table in
/// `docs/queue.md`.
public final class CrashScenes {

    public static final byte[] SMALL = QueueFixture.content(1, 4_000);
    public static final byte[] LARGE = QueueFixture.content(2, 3 * Incoming.CHUNK_SIZE + 5_000);

    /// The state in which it waits.
    public enum Scene {
        FIRST_START,
        RECEIVING_SMALL,
        BEING_COMMITTED,
        RECEIVING_LARGE,
        BEING_ABANDONED,
        COMMITTED,
        BEING_CLAIMED,
        CLAIMED,
        DEFERRED,
        PARTLY_SETTLED,
        BEING_SETTLED,
        SETTLED,
        BEING_FORGOTTEN,
        FORGOTTEN,
        BEING_GIVEN_BACK,
        PARTS_BEING_COMMITTED,
        PART_SETTLED,
        LAST_PART_BEING_SETTLED,
        BEING_PUT_ON_HOLD,
        ON_HOLD,
        BEING_GIVEN_UP,
        KEPT_BEING_SETTLED,
        KEPT,
        KEPT_BEING_RESENT,
        KEPT_RESENT,
        KEPT_BEING_DELETED,
        KEPT_BEING_REDUCED,
        MANY_COMMITS;

        /// How long the content of settled messages is kept in this state, and afterwards.
        KeepContent keep() {
            return name().startsWith("KEPT")
                    ? new KeepContent(Duration.ofDays(7), Duration.ofDays(1), 2L * LARGE.length)
                    : KeepContent.NOTHING;
        }
    }

    public static final List<RoutedEnvelope> PARTS = Stream.of(ANNA, BERT)
            .map(recipient ->
                    QueueFixture.routed(QueueFixture.envelope(recipient)).getFirst())
            .toList();

    private final QueueFixture fixture;

    private CrashScenes(Path directory, Scene scene) {
        this.fixture = new QueueFixture(directory, scene.keep());
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        Scene scene = Scene.valueOf(arguments[0]);
        if (scene == Scene.FIRST_START) {
            firstStart(directory);
        }
        CrashScenes scenes = new CrashScenes(directory, scene);
        try {
            SqliteQueue.open(scenes.fixture.settings(), scenes.fixture.clock.steady(), new Random(1))
                    .close();
        } catch (QueueUnavailableException e) {
            System.out.println(e.reason() + " " + e.getMessage());
            return;
        }
        scenes.play(scene);
        reached();
    }

    private void play(Scene scene) throws Exception {
        switch (scene) {
            case FIRST_START -> throw new IllegalArgumentException("played without a queue");
            case RECEIVING_SMALL -> fixture.queue().intake().receive();
            case BEING_COMMITTED -> {
                Incoming large = fixture.receive(LARGE);
                inTransaction(() -> {
                    var _ = fixture.queue()
                            .intake()
                            .receive()
                            .commit(
                                    fixture.arrival(),
                                    QueueFixture.routed(QueueFixture.envelope(ANNA)),
                                    SearchableHeaders.NONE,
                                    SMALL);
                    var _ = large.commit(
                            fixture.arrival(),
                            QueueFixture.routed(QueueFixture.envelope(ANNA)),
                            SearchableHeaders.NONE,
                            QueueFixture.last(LARGE));
                });
            }
            case RECEIVING_LARGE -> fixture.receive(LARGE);
            case BEING_ABANDONED -> {
                Incoming large = fixture.receive(LARGE);
                inTransaction(() -> {
                    var _ = large.abandon();
                });
            }
            case COMMITTED -> {
                fixture.accept(SMALL, ANNA, BERT);
                fixture.accept(LARGE, BERT);
            }
            case BEING_CLAIMED -> {
                fixture.accept(SMALL, ANNA);
                inTransaction(fixture::claimOne);
            }
            case CLAIMED -> {
                fixture.accept(SMALL, ANNA);
                fixture.claimOne();
            }
            case DEFERRED -> {
                fixture.accept(SMALL, ANNA);
                Claim claim = fixture.claimOne();
                settle(claim, QueueFixture.deferred(claim, inAnHour()));
            }
            case PARTLY_SETTLED -> {
                fixture.accept(LARGE, ANNA, BERT);
                Claim claim = fixture.claimOne();
                settle(
                        claim,
                        new Settlement(
                                Map.of(
                                        claim.recipients().get(0), new Delivered(QueueFixture.OK),
                                        claim.recipients().get(1), new Deferred(QueueFixture.LATER)),
                                inAnHour(),
                                true,
                                "smtp.example:587",
                                QueueFixture.MAILBOX));
            }
            case BEING_SETTLED -> {
                fixture.accept(LARGE, ANNA);
                Claim claim = fixture.claimOne();
                inTransaction(() -> settle(claim, QueueFixture.failed(claim), fixture.notice("could not")));
            }
            case SETTLED -> {
                fixture.accept(LARGE, ANNA);
                Claim claim = fixture.claimOne();
                settle(claim, QueueFixture.failed(claim), fixture.notice("could not"));
            }
            case BEING_FORGOTTEN -> {
                settleOne();
                inTransaction(() -> fixture.deleteHistoryBefore(inAnHour()));
            }
            case FORGOTTEN -> {
                settleOne();
                fixture.deleteHistoryBefore(inAnHour());
            }
            case BEING_GIVEN_BACK -> {
                fixture.accept(LARGE, ANNA);
                settleOne();
                fixture.accept(SMALL, BERT);
                var committer = fixture.queue().store().committer();
                inTransaction(() -> committer.write(statements -> {
                    Sqlite.returnFreePages(statements.connection(), 50);
                    return true;
                }));
            }
            case PARTS_BEING_COMMITTED -> {
                Incoming large = fixture.receive(LARGE);
                inTransaction(() -> {
                    var _ = large.commit(fixture.arrival(), PARTS, SearchableHeaders.NONE, QueueFixture.last(LARGE));
                });
            }
            case PART_SETTLED -> {
                commitParts();
                settleFirstPart();
            }
            case LAST_PART_BEING_SETTLED -> {
                commitParts();
                settleFirstPart();
                Claim last = fixture.claimOne();
                inTransaction(() -> settle(last, QueueFixture.delivered(last)));
            }
            case BEING_PUT_ON_HOLD -> {
                fixture.accept(SMALL, ANNA);
                fixture.accept(LARGE, BERT);
                inTransaction(this::hold);
            }
            case ON_HOLD -> {
                fixture.accept(SMALL, ANNA);
                hold();
            }
            case BEING_GIVEN_UP -> {
                fixture.accept(SMALL, ANNA);
                hold();
                fixture.accept(LARGE, BERT);
                fixture.queue().admin().bounceEach(MessageFilter.ALL, "Eva", claim -> {
                    if (claim.size() == LARGE.length) {
                        reached(); // the one on hold is settled, this one is not
                    }
                    settle(claim, QueueFixture.failed(claim));
                });
            }
            case KEPT_BEING_SETTLED, KEPT, KEPT_BEING_RESENT, KEPT_RESENT, KEPT_BEING_DELETED, KEPT_BEING_REDUCED ->
                playKept(scene);
            case MANY_COMMITS -> manyCommits();
        }
    }

    private void playKept(Scene scene) throws Exception {
        fixture.accept(LARGE, ANNA);
        Claim claim = fixture.claimOne();
        if (scene == Scene.KEPT_BEING_SETTLED) {
            inTransaction(() -> settle(claim, QueueFixture.failed(claim), fixture.notice("could not")));
        }
        settle(claim, QueueFixture.failed(claim));
        switch (scene) {
            case KEPT_BEING_RESENT -> inTransaction(this::resend);
            case KEPT_RESENT -> resend();
            case KEPT_BEING_DELETED -> {
                fixture.clock.advance(Duration.ofDays(7));
                inTransaction(fixture::deleteKeptContent);
            }
            case KEPT_BEING_REDUCED -> {
                for (int i = 0; i < 4; i++) {
                    fixture.clock.advance(Duration.ofSeconds(1));
                    fixture.accept(LARGE, BERT);
                    Claim next = fixture.claimOne();
                    settle(next, QueueFixture.failed(next));
                }
                inTransaction(fixture::deleteKeptContent);
            }
            default -> {} // the message is settled
        }
    }

    private void resend() {
        fixture.queue().admin().apply(new Change.Resend(null, null), MessageFilter.ALL, "Eva");
    }

    private void hold() {
        fixture.queue().admin().apply(new Change.Hold(), MessageFilter.ALL, "Eva");
    }

    private void commitParts() {
        fixture.receive(LARGE)
                .commit(fixture.arrival(), PARTS, SearchableHeaders.NONE, QueueFixture.last(LARGE))
                .join();
    }

    private void settleFirstPart() {
        Claim first = fixture.claimOne();
        settle(first, QueueFixture.delivered(first));
    }

    private void settleOne() {
        fixture.accept(LARGE, ANNA);
        fixture.claim(2).forEach(claim -> settle(claim, QueueFixture.delivered(claim)));
    }

    private void manyCommits() {
        for (int i = 0; i < TornLogTest.MESSAGES; i++) {
            fixture.clock.advance(Duration.ofSeconds(1));
            fixture.accept(TornLogTest.message(i), ANNA);
        }
    }

    private Instant inAnHour() {
        return fixture.clock.instant().plus(Duration.ofHours(1));
    }

    private void settle(Claim claim, Settlement settlement, LocalMessage... notices) {
        fixture.queue().claims().settle(claim, settlement, List.of(notices), List.of());
    }

    private static void firstStart(Path directory) throws Exception {
        DirectoryLock.acquire(directory);
        try (Connection connection = new Sqlite(directory).openWriter()) {
            Sqlite.execute(connection, Schema.statements(1));
            reached();
        }
    }

    /// Stays in the transaction in which the step is written, before it is committed.
    private void inTransaction(Runnable step) throws Exception {
        Committer committer = fixture.queue().store().committer();
        Semaphore begun = new Semaphore(0);
        Semaphore gate = new Semaphore(0);
        var _ = committer.submit(_ -> {
            begun.release();
            gate.acquireUninterruptibly();
            return true;
        });
        begun.acquireUninterruptibly();
        Thread caller = Thread.ofPlatform().start(step);
        Polling.until(
                "the step waits for the committer, or has ended",
                () -> caller.getState() == Thread.State.WAITING || caller.getState() == Thread.State.TERMINATED);
        var _ = committer.submit(_ -> {
            reached();
            return true;
        });
        gate.release();
        new Semaphore(0).acquireUninterruptibly();
    }

    private static void reached() {
        System.out.println("REACHED");
        try {
            System.in.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
