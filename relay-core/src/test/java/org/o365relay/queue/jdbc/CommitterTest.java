package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.SpaceShortage;
import org.o365relay.queue.jdbc.sqlite.Sqlite;

@Timeout(60)
class CommitterTest {

    private final AtomicInteger mostPages = new AtomicInteger(Integer.MAX_VALUE);
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicLong free = new AtomicLong(1L << 40);
    private QueueFixture fixture;
    private FreeSpace room;
    private Dialect.Upkeep upkeep;
    private Committer committer;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        fixture = new QueueFixture(directory);
        Sqlite sqlite = new Sqlite(directory);
        Committer.ConnectionFactory connections = () -> {
            opened.incrementAndGet();
            Connection connection = sqlite.openWriter();
            Sqlite.execute(connection, "PRAGMA max_page_count = " + mostPages);
            connection.commit();
            return connection;
        };
        Connection first = connections.open();
        sqlite.upgrade(first);
        room = new FreeSpace(fixture.settings(), free::get);
        upkeep = sqlite.startUpkeep();
        committer =
                new Committer(first, connections, sqlite, new StoreHealth(sqlite, sqlite.openFiles()), room, upkeep);
    }

    @AfterEach
    void close() throws Exception {
        committer.close();
        upkeep.close();
    }

    @Test
    void measuresFreeSpaceBeforeCompletingAWrite() {
        assertThat(room.shortageFor(1_000)).isEmpty();
        free.set(fixture.settings().minimumFreeSpace() + 999);

        assertThat(committer.submit(_ -> room.shortageFor(1_000).isEmpty()))
                .as("not known yet")
                .succeedsWithin(Duration.ofSeconds(20))
                .isEqualTo(true);

        assertThat(room.shortageFor(1_000)).contains(SpaceShortage.DISK);
        assertThat(room.shortageFor(999)).isEmpty();
    }

    @Test
    void commitsWaitingWorkInOneTransaction() {
        Semaphore gate = hold();
        AtomicInteger transactions = new AtomicInteger();
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            answers.add(committer.submit(statements -> {
                // seen by those who come later in the same transaction, and gone after it
                Sqlite.execute(statements.connection(), "CREATE TEMP TABLE IF NOT EXISTS seen (number INTEGER)");
                if (Sqlite.number(statements.connection(), "SELECT count(*) FROM seen") == 0) {
                    transactions.incrementAndGet();
                }
                Sqlite.execute(statements.connection(), "INSERT INTO seen VALUES (" + number + ")");
                assertThat(answers.getFirst())
                        .as("no future completes before the commit")
                        .isNotDone();
                return number;
            }));
        }
        gate.release();
        assertThat(answers).extracting(CompletableFuture::join).hasSize(50).isSorted();
        assertThat(transactions).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SQLException", "RuntimeException", "Error"})
    void aFailureOfOneCallerDoesNotFailTheOthers(String kind) {
        Semaphore gate = hold();
        CompletableFuture<List<QueueId>> before = incoming(1)
                .commit(
                        fixture.arrival(),
                        QueueFixture.routed(QueueFixture.envelope(ANNA)),
                        SearchableHeaders.NONE,
                        new byte[9]);
        CompletableFuture<Integer> failing = committer.submit(statements -> {
            Sqlite.execute(statements.connection(), "INSERT INTO incoming VALUES (99, 0)"); // must not stay
            switch (kind) {
                case "SQLException" -> throw new SQLException("an error");
                case "RuntimeException" -> throw new IllegalStateException("an error");
                default -> throw new StackOverflowError("an error");
            }
        });
        CompletableFuture<List<QueueId>> after = incoming(2)
                .commit(
                        fixture.arrival(),
                        QueueFixture.routed(QueueFixture.envelope(ANNA)),
                        SearchableHeaders.NONE,
                        new byte[9]);
        gate.release();

        assertThat(before.join().getFirst().value()).isEqualTo(1);
        assertThat(after.join().getFirst().value()).isEqualTo(2);
        assertThatThrownBy(failing::join).hasMessageContaining("an error");
        assertThat(fixture.number("SELECT count(*) FROM message")).isEqualTo(2);
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void losesNothingOnAFullDiskAndResumesWhenThereIsSpace() {
        mostPages.set(400);
        committer
                .submit(_ -> {
                    throw new SQLException("to have the connection opened anew, with the limit");
                })
                .exceptionally(_ -> true)
                .join();
        int accepted = 0;
        for (long id = 1; id <= 40; id++) {
            accepted += accept(id) ? 1 : 0;
        }
        assertThat(accepted).isBetween(5, 30);
        assertThat(fixture.number("SELECT count(*) FROM message")).isEqualTo(accepted);
        assertThat(fixture.inconsistencies()).isEmpty();

        mostPages.set(Integer.MAX_VALUE);
        for (long id = 101; id <= 110; id++) {
            assertThat(accept(id)).isTrue();
        }
        assertThat(fixture.number("SELECT count(*) FROM message")).isEqualTo(accepted + 10);
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void doesNotRetryAGroupOneByOneOnAFullDisk() {
        mostPages.set(60);
        committer
                .submit(_ -> {
                    throw new SQLException("to have the connection opened anew, with the limit");
                })
                .exceptionally(_ -> true)
                .join();
        Semaphore gate = hold();
        List<CompletableFuture<List<QueueId>>> group = new ArrayList<>();
        for (long id = 1; id <= 50; id++) {
            group.add(incoming(id)
                    .commit(
                            fixture.arrival(),
                            QueueFixture.routed(QueueFixture.envelope(ANNA)),
                            SearchableHeaders.NONE,
                            new byte[100_000]));
        }
        int before = opened.get();
        gate.release();
        group.forEach(answer -> assertThatThrownBy(answer::join)
                .hasCauseInstanceOf(QueueException.class)
                .hasMessageContaining("full"));
        assertThat(opened.get() - before).isZero();
    }

    @Test
    void closeWritesSubmittedWork() throws Exception {
        Semaphore gate = hold();
        CompletableFuture<List<QueueId>> before = incoming(1)
                .commit(
                        fixture.arrival(),
                        QueueFixture.routed(QueueFixture.envelope(ANNA)),
                        SearchableHeaders.NONE,
                        new byte[9]);
        gate.release();
        committer.close();
        assertThat(before).isCompletedWithValue(List.of(new QueueId(1)));
        assertThat(fixture.number("SELECT count(*) FROM message")).isEqualTo(1);
        assertThatThrownBy(() -> committer.write(_ -> 1)).hasMessage("the queue is closed");
        committer.close();
    }

    @Test
    void closeCompletesAllSubmittedWork() throws Exception {
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        Semaphore many = new Semaphore(0);
        Thread client = Thread.ofPlatform().start(() -> {
            CompletableFuture<Integer> answer;
            do {
                answer = committer.submit(_ -> 1);
                answers.add(answer);
                many.release();
            } while (!answer.isCompletedExceptionally());
        });
        many.acquire(1_000);
        committer.close();
        client.join();
        assertThat(answers).hasSizeGreaterThan(1_000).allMatch(CompletableFuture::isDone);
        assertThat(answers.getFirst()).isCompletedWithValue(1);
    }

    /// Keeps the writer busy, so that what is submitted meanwhile becomes one group.
    private Semaphore hold() {
        Semaphore begun = new Semaphore(0);
        Semaphore gate = new Semaphore(0);
        var _ = committer.submit(_ -> {
            begun.release();
            gate.acquireUninterruptibly();
            return true;
        });
        begun.acquireUninterruptibly();
        return gate;
    }

    private Incoming incoming(long id) {
        return new IncomingChunks(
                committer, new Signals(), new QueueId(id), () -> new QueueId(id + 1), fixture.clock.steady());
    }

    private boolean accept(long id) {
        CompletableFuture<List<QueueId>> answer = incoming(id)
                .commit(
                        fixture.arrival(),
                        QueueFixture.routed(QueueFixture.envelope(ANNA)),
                        SearchableHeaders.NONE,
                        QueueFixture.content(id, 100_000));
        return answer.handle((_, failure) -> {
                    if (failure != null) {
                        assertThat(failure).hasMessageContaining("full");
                    }
                    return failure == null;
                })
                .join();
    }
}
