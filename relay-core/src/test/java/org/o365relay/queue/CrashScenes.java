package org.o365relay.queue;

import static org.o365relay.queue.QueueFixture.ANNA;
import static org.o365relay.queue.QueueFixture.BERT;

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
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.RoutedEnvelope;

/// A process that brings a queue into a state and stays there until it is killed. One scene for each row of the
/// table in `docs/queue.md`.
final class CrashScenes {

    static final byte[] SMALL = QueueFixture.content(1, 4_000);
    static final byte[] LARGE = QueueFixture.content(2, 3 * Incoming.CHUNK_SIZE + 5_000);

    /// Where it stops.
    enum Scene {
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
        MANY_COMMITS
    }

    static final List<RoutedEnvelope> PARTS = Stream.of(ANNA, BERT)
            .map(recipient ->
                    QueueFixture.routed(QueueFixture.envelope(recipient)).getFirst())
            .toList();

    private final QueueFixture house;

    private CrashScenes(Path directory) {
        this.house = new QueueFixture(directory);
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        if (Scene.valueOf(arguments[0]) == Scene.FIRST_START) {
            firstStart(directory);
        }
        CrashScenes scenes = new CrashScenes(directory);
        try {
            MessageQueue.open(scenes.house.settings(), scenes.house.clock, new Random(1))
                    .close();
        } catch (QueueUnavailableException e) {
            System.out.println(e.reason() + " " + e.getMessage());
            return;
        }
        scenes.play(Scene.valueOf(arguments[0]));
        reached();
    }

    private void play(Scene scene) throws IOException {
        switch (scene) {
            case FIRST_START -> throw new IllegalArgumentException("played without a queue");
            case RECEIVING_SMALL -> house.queue().receive();
            case BEING_COMMITTED -> {
                Incoming large = house.receive(LARGE);
                inTransaction(() -> {
                    var _ = house.queue()
                            .receive()
                            .commit(house.arrival(), QueueFixture.routed(QueueFixture.envelope(ANNA)), SMALL);
                    var _ = large.commit(
                            house.arrival(),
                            QueueFixture.routed(QueueFixture.envelope(ANNA)),
                            QueueFixture.last(LARGE));
                });
            }
            case RECEIVING_LARGE -> house.receive(LARGE);
            case BEING_ABANDONED -> {
                Incoming large = house.receive(LARGE);
                inTransaction(() -> {
                    var _ = large.abandon();
                });
            }
            case COMMITTED -> {
                house.accept(SMALL, ANNA, BERT);
                house.accept(LARGE, BERT);
            }
            case BEING_CLAIMED -> {
                house.accept(SMALL, ANNA);
                inTransaction(house::claimOne);
            }
            case CLAIMED -> {
                house.accept(SMALL, ANNA);
                house.claimOne();
            }
            case DEFERRED -> {
                house.accept(SMALL, ANNA);
                Claim claim = house.claimOne();
                settle(claim, QueueFixture.deferred(claim, inAnHour()));
            }
            case PARTLY_SETTLED -> {
                house.accept(LARGE, ANNA, BERT);
                Claim claim = house.claimOne();
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
                house.accept(LARGE, ANNA);
                Claim claim = house.claimOne();
                inTransaction(() -> settle(claim, QueueFixture.failed(claim), house.notice("could not")));
            }
            case SETTLED -> {
                house.accept(LARGE, ANNA);
                Claim claim = house.claimOne();
                settle(claim, QueueFixture.failed(claim), house.notice("could not"));
            }
            case BEING_FORGOTTEN -> {
                settleOne();
                inTransaction(() -> house.queue().deleteHistoryBefore(inAnHour()));
            }
            case FORGOTTEN -> {
                settleOne();
                house.queue().deleteHistoryBefore(inAnHour());
            }
            case BEING_GIVEN_BACK -> {
                house.accept(LARGE, ANNA);
                settleOne();
                house.accept(SMALL, BERT);
                var committer = house.queue().store().committer();
                inTransaction(() -> committer.write(statements -> {
                    Sqlite.returnFreePages(statements.connection(), 50);
                    return true;
                }));
            }
            case PARTS_BEING_COMMITTED -> {
                Incoming large = house.receive(LARGE);
                inTransaction(() -> {
                    var _ = large.commit(house.arrival(), PARTS, QueueFixture.last(LARGE));
                });
            }
            case PART_SETTLED -> {
                commitParts();
                settleFirstPart();
            }
            case LAST_PART_BEING_SETTLED -> {
                commitParts();
                settleFirstPart();
                Claim last = house.claimOne();
                inTransaction(() -> settle(last, QueueFixture.delivered(last)));
            }
            case BEING_PUT_ON_HOLD -> {
                house.accept(SMALL, ANNA);
                house.accept(LARGE, BERT);
                inTransaction(this::hold);
            }
            case ON_HOLD -> {
                house.accept(SMALL, ANNA);
                hold();
            }
            case BEING_GIVEN_UP -> {
                house.accept(SMALL, ANNA);
                hold();
                house.accept(LARGE, BERT);
                house.queue().admin().bounceEach(MessageFilter.ALL, "Eva", claim -> {
                    if (claim.size() == LARGE.length) {
                        reached(); // the one on hold is settled, this one is not
                    }
                    settle(claim, QueueFixture.failed(claim));
                });
            }
            case MANY_COMMITS -> manyCommits();
        }
    }

    private void hold() {
        house.queue().admin().apply(new Change.Hold(), MessageFilter.ALL, "Eva");
    }

    private void commitParts() {
        house.receive(LARGE)
                .commit(house.arrival(), PARTS, QueueFixture.last(LARGE))
                .join();
    }

    private void settleFirstPart() {
        Claim first = house.claimOne();
        settle(first, QueueFixture.delivered(first));
    }

    private void settleOne() {
        house.accept(LARGE, ANNA);
        house.claim(2).forEach(claim -> settle(claim, QueueFixture.delivered(claim)));
    }

    private void manyCommits() {
        for (int i = 0; i < TornLogTest.MESSAGES; i++) {
            house.clock.advance(Duration.ofSeconds(1));
            house.accept(TornLogTest.message(i), ANNA);
        }
    }

    private Instant inAnHour() {
        return house.clock.instant().plus(Duration.ofHours(1));
    }

    private void settle(Claim claim, Settlement settlement, LocalMessage... notices) {
        house.queue().settle(claim, settlement, List.of(notices));
    }

    private static void firstStart(Path directory) throws Exception {
        DirectoryLock.acquire(directory);
        try (Connection connection = new Sqlite(directory).openWriter()) {
            Sqlite.execute(connection, Sqlite.schema(1));
            reached();
        }
    }

    /// Stays in the transaction in which the step is written, before it is committed.
    private void inTransaction(Runnable step) {
        Committer committer = house.queue().store().committer();
        Semaphore begun = new Semaphore(0);
        Semaphore gate = new Semaphore(0);
        var _ = committer.submit(_ -> {
            begun.release();
            gate.acquireUninterruptibly();
            return true;
        });
        begun.acquireUninterruptibly();
        Thread caller = Thread.ofPlatform().start(step);
        while (caller.getState() != Thread.State.WAITING && caller.getState() != Thread.State.TERMINATED) {
            Thread.onSpinWait();
        }
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
