package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.jdbc.sqlite.Sqlite;

class StoreTest {

    @Test
    @Timeout(60)
    void returnsAllUnusedSpaceWhenTheDiskIsShort(@TempDir Path directory) throws Exception {
        AtomicLong free = new AtomicLong(1L << 40);
        QueueSettings settings = new QueueSettings(directory, 1_000, 1L << 40, Duration.ofDays(30));
        try (Store store = Store.open(new Sqlite(directory), new FreeSpace(settings, free::get))) {
            write(store, "CREATE TABLE ballast (content)", "INSERT INTO ballast VALUES (randomblob(5000000))");
            write(store, "DELETE FROM ballast");
            store.returnFreeSpace();
            assertThat(store.freeSpace().spare()).as("space kept for new mail").isGreaterThan(4_000_000);

            free.set(999);
            store.freeSpace().measureFree();
            while (store.freeSpace().spare() > 0 || Files.size(directory.resolve("queue.db-wal")) > 0) {
                store.returnFreeSpace();
            }
            assertThat(directory.resolve("queue.db").toFile().length()).isLessThan(1_000_000);
        }
    }

    @Test
    @Timeout(60)
    void aReaderDelaysNoWriterWhenTheDiskIsShort(@TempDir Path directory) throws Exception {
        QueueSettings settings = new QueueSettings(directory, 1_000, 1L << 40, Duration.ofDays(30));
        Sqlite sqlite = new Sqlite(directory);
        try (Store store = Store.open(sqlite, new FreeSpace(settings, () -> 999));
                Connection reader = sqlite.openReader()) {
            write(store, "CREATE TABLE ballast (content)");
            reader.setAutoCommit(false);
            assertThat(Sqlite.number(reader, "SELECT count(*) FROM ballast")).isZero();
            Duration longest = Duration.ZERO;
            long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            while (System.nanoTime() < end) {
                long before = System.nanoTime();
                write(store, "INSERT INTO ballast VALUES (randomblob(5000))");
                longest = Collections.max(List.of(longest, Duration.ofNanos(System.nanoTime() - before)));
                store.returnFreeSpace();
            }
            assertThat(longest).isLessThan(Duration.ofSeconds(4));
        }
    }

    private static void write(Store store, String... statements) {
        store.committer().write(target -> {
            Sqlite.execute(target.connection(), statements);
            return true;
        });
    }
}
