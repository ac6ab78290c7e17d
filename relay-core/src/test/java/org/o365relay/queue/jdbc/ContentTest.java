package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ContentStream;
import org.o365relay.queue.Incoming;

@Timeout(60)
class ContentTest {

    private static final int CHUNK = Incoming.CHUNK_SIZE;

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 77})
    void readsContentAsItWasWritten(int size) {
        byte[] content = QueueFixture.content(size, size);
        fixture.accept(content, ANNA);
        assertThat(fixture.read(fixture.claimOne())).isEqualTo(content);
    }

    @Test
    void readsInPiecesOfAnySize() throws IOException {
        byte[] content = QueueFixture.content(9, 2 * CHUNK + 9);
        fixture.accept(content, ANNA);
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (InputStream in = fixture.queue().claims().content(fixture.claimOne())) {
            byte[] buffer = new byte[100_001];
            assertThat(in.read(buffer, 0, 0)).isZero();
            read.write(in.read());
            for (int count = in.read(buffer, 1, 100_000); count >= 0; count = in.read(buffer, 1, 100_000)) {
                read.write(buffer, 1, count);
            }
            assertThat(in.read()).isEqualTo(-1);
        }
        assertThat(read.toByteArray()).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void detectsAMissingChunk(int ordinal) {
        fixture.accept(QueueFixture.content(3, 2 * CHUNK + 3), ANNA);
        fixture.execute("DELETE FROM chunk WHERE ordinal = " + ordinal);
        Claim claim = fixture.claimOne();
        assertThatThrownBy(() -> fixture.queue().claims().content(claim).readAllBytes())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(claim.id().toString())
                .hasMessageContaining("chunk " + ordinal);
    }

    @Test
    void detectsAChunkThatIsTooLong() {
        fixture.accept(QueueFixture.content(3, 10), ANNA);
        fixture.execute("UPDATE chunk SET content = zeroblob(11)");
        Claim claim = fixture.claimOne();
        assertThatThrownBy(() -> fixture.queue().claims().content(claim).readAllBytes())
                .isInstanceOf(IOException.class);
    }

    @Test
    void detectsContentChangedByTheDisk() throws IOException {
        byte[] content = QueueFixture.content(3, 2 * CHUNK + 3);
        fixture.accept(content, ANNA);
        fixture.execute("UPDATE chunk SET content = zeroblob(length(content)) WHERE ordinal = 1");
        Claim claim = fixture.claimOne();
        try (ContentStream in = fixture.queue().claims().content(claim)) {
            assertThat(in.readNBytes(CHUNK)).isEqualTo(Arrays.copyOf(content, CHUNK));
            assertThat(in.damage()).isEmpty();
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "message " + claim.id() + " is damaged in the queue: chunk 1 does not match its checksum");
            assertThat(in.damage()).hasValue("chunk 1 does not match its checksum");
        }
    }

    @Test
    void readsContentOfAnOlderRelayWithoutChecksum() {
        byte[] content = QueueFixture.content(3, CHUNK + 3);
        fixture.accept(content, ANNA);
        assertThat(fixture.number("SELECT count(*) FROM chunk WHERE checksum IS NOT NULL"))
                .isEqualTo(2);
        fixture.execute("UPDATE chunk SET checksum = NULL");
        assertThat(fixture.read(fixture.claimOne())).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 5, 13})
    void abandonDeletesAllChunks(int chunks) {
        Incoming incoming = fixture.receive(QueueFixture.content(4, chunks * CHUNK));
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isEqualTo(chunks);
        incoming.abandon().join();
        fixture.queue().intake().receive().abandon().join();
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isZero();
        assertThat(fixture.inconsistencies()).isEmpty();
        assertThat(fixture.claim(1)).isEmpty();
    }

    @Test
    void anUnfinishedReadBlocksNoCheckpoint() throws Exception {
        fixture.accept(QueueFixture.content(5, 3 * CHUNK), ANNA);
        Claim claim = fixture.claimOne();
        try (InputStream in = fixture.queue().claims().content(claim)) {
            assertThat(in.readNBytes(CHUNK + 5)).hasSize(CHUNK + 5);
            assertThat(fixture.queue().notices().history(claim.id())).isEmpty();
            assertThat(fixture.number("PRAGMA wal_checkpoint(TRUNCATE)"))
                    .as("busy")
                    .isZero();
            assertThat(in.readAllBytes()).hasSize(2 * CHUNK - 5);
        }
    }
}
