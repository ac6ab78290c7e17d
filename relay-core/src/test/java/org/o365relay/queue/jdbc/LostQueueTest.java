package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueFailure;
import org.o365relay.queue.QueueFailure.Kind;
import org.o365relay.queue.jdbc.sqlite.Sqlite;
import org.o365relay.queue.maintenance.QueueRestore;

/// Files of the queue disappear, or are replaced, while a relay has them open.
@Timeout(60)
class LostQueueTest {

    private Path data;
    private Path aside;
    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        data = directory.resolve("data");
        aside = directory.resolve("aside");
        fixture = new QueueFixture(data);
        fixture.accept("before", ANNA);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete queue.db",
                "delete queue.db-wal",
                "delete queue.db queue.db-wal queue.db-shm",
                "rename queue.db",
                "rename queue.db-wal",
                "replace queue.db",
                "replace queue.db-wal",
                "rename directory"
            })
    void acknowledgesNothingThatWouldBeLostAtTheNextStartAndSavesTheRest(String fault) throws Exception {
        inflict(fault);

        assertThatThrownBy(() -> fixture.accept("after", ANNA)).hasCauseInstanceOf(QueueException.class);
        assertThat(fixture.queue().intake().isWritable()).isFalse();
        assertThatThrownBy(() -> fixture.claim(1)).isInstanceOf(QueueException.class);

        fixture.queue().store().check(fixture.clock.instant());
        assertThat(fixture.queue().load().failures())
                .extracting(QueueFailure::kind)
                .containsExactly(Kind.LOST);
        assertThatThrownBy(() -> fixture.accept("after", ANNA)).hasMessageContaining("rescued/queue-");
        fixture.close();

        assertThat(restored()).containsExactly("before");
    }

    @Test
    void savesTheQueueIfItIsStoppedBeforeTheLossWasNoticed() throws Exception {
        inflict("delete queue.db");
        fixture.close();
        assertThat(restored()).containsExactly("before");
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue.db", "queue.db-wal"})
    void continuesWhenTheSameFileIsBack(String file) throws Exception {
        Files.move(data.resolve(file), aside);
        assertThatThrownBy(() -> fixture.accept("lost", ANNA)).hasCauseInstanceOf(QueueException.class);
        fixture.queue().store().check(fixture.clock.instant());
        assertThat(rescued()).hasSize(1);

        Files.move(aside, data.resolve(file));
        fixture.queue().store().check(fixture.clock.instant());
        assertThat(fixture.queue().intake().isWritable()).isTrue();
        assertThat(rescued()).as("a restore would deliver everything again").isEmpty();
        fixture.accept("again", ANNA);
        fixture.close();
        assertThat(contents(fixture)).containsExactly("before", "again");
    }

    @Test
    void triesAgainEveryMinuteIfNoCopyCanBeSaved() throws Exception {
        Instant lost = preventRescue();
        Store store = fixture.queue().store();
        store.check(lost.plusSeconds(59));
        assertThat(data.resolve("rescued")).isEmptyDirectory();
        store.check(lost.plusSeconds(60));
        assertThat(rescued()).hasSize(1);
        store.check(lost.plusSeconds(180));
        assertThat(rescued()).as("one copy is enough").hasSize(1);
        fixture.close();
        assertThat(restored()).containsExactly("before");
    }

    @Test
    void triesAgainWhenItIsStopped() throws Exception {
        preventRescue();
        fixture.close();
        assertThat(restored()).containsExactly("before");
    }

    /// @return when an attempt to save a copy failed; the next one can succeed
    private Instant preventRescue() throws IOException {
        Instant now = fixture.clock.instant();
        inflict("delete queue.db");
        Files.createFile(data.resolve("rescued"));
        fixture.queue().store().check(now);
        Files.delete(data.resolve("rescued"));
        Files.createDirectory(data.resolve("rescued"));
        return now;
    }

    @Test
    void acknowledgesNoCommitDuringWhichTheFileWasLost() {
        assertThatThrownBy(() -> fixture.write(_ -> {
                    try {
                        Files.delete(data.resolve("queue.db"));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                    return true;
                }))
                .hasMessageContaining("queue.db was deleted or moved");
    }

    @Test
    void createsNoFileInPlaceOfALostOne() throws Exception {
        assertThatThrownBy(() -> fixture.write(_ -> {
                    throw new IllegalStateException("the writer has no connection after this");
                }))
                .isInstanceOf(IllegalStateException.class);
        Files.move(data.resolve("queue.db"), aside);
        assertThatThrownBy(() -> fixture.accept("lost", ANNA)).hasCauseInstanceOf(QueueException.class);
        assertThat(data.resolve("queue.db")).doesNotExist();
    }

    @Test
    void rejectsMailUntilItsFilesAreWritable() {
        AtomicReference<@Nullable QueueFailure> failure =
                new AtomicReference<>(new QueueFailure(Kind.READ_ONLY, "queue.db is not writable"));
        StoreHealth health = new StoreHealth(new Sqlite(data), new FixedFiles(failure));
        assertThatThrownBy(health::requireUsableFiles).isInstanceOf(QueueException.class);
        assertThat(health.isWritable()).isFalse();
        health.requireFilesInPlace(); // what was committed is on disk

        failure.set(null);
        health.requireUsableFiles();
        assertThat(health.isWritable()).isTrue();
    }

    /// Files with a failure that the test sets.
    private record FixedFiles(AtomicReference<@Nullable QueueFailure> current) implements Dialect.OpenFiles {

        @Override
        public Optional<QueueFailure> failure() {
            return Optional.ofNullable(current.get());
        }

        @Override
        public Path rescue(Connection reader, Instant now) {
            throw new AssertionError("nothing was lost");
        }

        @Override
        public void discard(Path copy) {
            throw new AssertionError("nothing was saved");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 8, 10, 13, 14})
    void rejectsMailAfterAFailedWriteUntilOneSucceeds(int code) {
        assertThatThrownBy(() -> fixture.write(_ -> {
                    throw new SQLException("the disk failed", "", code);
                }))
                .isInstanceOf(QueueException.class);
        assertThat(fixture.queue().intake().isWritable()).isFalse();
        assertThat(fixture.queue().load().failures().stream()
                        .map(failure -> failure.kind().name()))
                .containsExactly("WRITE_FAILED");

        fixture.queue().store().check(fixture.clock.instant());
        assertThat(fixture.queue().intake().isWritable()).isTrue();
        assertThat(fixture.queue().load().failures()).isEmpty();
        assertThat(contents(fixture)).as("the attempt to write left nothing").containsExactly("before");
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 26})
    void aDamagedPageIsReportedAndRejectsNoOtherMail(int code) {
        assertThatThrownBy(() -> fixture.write(_ -> {
                    throw new SQLException("a damaged page", "", code);
                }))
                .isInstanceOf(QueueException.class);
        for (int i = 0; i < 2; i++) {
            assertThat(fixture.queue().intake().isWritable()).isTrue();
            assertThat(fixture.queue().load().failures())
                    .extracting(QueueFailure::kind)
                    .containsExactly(Kind.DAMAGED);
            fixture.queue().store().check(fixture.clock.instant());
        }
    }

    @Test
    void anErrorOfOnePieceOfWorkRejectsNoMail() {
        assertThatThrownBy(() -> fixture.write(_ -> {
                    throw new SQLException("a constraint", "", 19);
                }))
                .isInstanceOf(QueueException.class);
        assertThat(fixture.queue().intake().isWritable()).isTrue();
    }

    private void inflict(String fault) throws IOException {
        String[] words = fault.split(" ", -1);
        for (String name : List.of(words).subList(1, words.length)) {
            Path file = data.resolve(name);
            switch (words[0]) {
                case "delete" -> Files.delete(file);
                case "replace" -> {
                    Files.copy(file, aside);
                    Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
                }
                default -> Files.move(name.equals("directory") ? data : file, aside);
            }
        }
    }

    private List<Path> rescued() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("rescued"))) {
            return files.toList();
        }
    }

    /// Starts from the saved copy.
    private List<String> restored() throws Exception {
        new QueueRestore(data, fixture.clock).restore(rescued().getFirst(), true, false);
        return contents(fixture);
    }

    private static List<String> contents(QueueFixture fixture) {
        return fixture.claim(10).stream().map(fixture::text).toList();
    }
}
