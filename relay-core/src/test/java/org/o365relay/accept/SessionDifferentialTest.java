package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Effort;
import org.o365relay.accept.session.Packets;

/// Any split of any byte stream into packets gives the same messages, replies and deviations. There is one
/// intended exception: a client that continues without waiting for the reply to a rejected DATA is ignored from
/// then on.
@Timeout(120)
class SessionDifferentialTest {

    private static final int ALL = 63;
    private static final int LENIENT = 5; // standard or legacy tolerance, and at most a login that accepts anything

    @TempDir(factory = MemoryDisk.class)
    static Path directory;

    private static Conversations conversations;

    @BeforeAll
    static void open() throws Exception {
        conversations = new Conversations(directory);
    }

    @AfterAll
    static void close() {
        conversations.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {5321, 3030, 4954, 1870})
    void repliesTheSameHoweverAStreamIsSplitIntoPackets(long seed) throws Exception {
        Random random = new Random(seed);
        int messages = 0;
        int rounds = Effort.rounds(80, 200);
        for (int round = 0; round < rounds; round++) {
            byte[] stream = Streams.random(random);
            Terms terms = Terms.chosenBy(random.nextInt(64) & (random.nextBoolean() ? LENIENT : ALL));
            Conversations.Outcome patient = conversations.converse(terms, stream, Packets.lines(stream));
            check(terms, stream, patient, () -> Integer.MAX_VALUE);
            check(terms, stream, patient, () -> 1 + random.nextInt(200));
            check(terms, stream, patient, round % 10 == 0 ? () -> 1 : () -> 1 + random.nextInt(20));
            messages += patient.messages().size();
        }
        assertThat(messages).isGreaterThan(rounds * 2 / 5);
    }

    /// The message does not fit into one chunk of the queue.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 16})
    void storesTheSameHoweverALargeMessageIsSplitIntoPackets(int choice) throws Exception {
        Random random = new Random(choice);
        byte[] content = Packets.stream(random, 300_000);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(
                octets("EHLO x\r\nMAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\nBDAT 300000 LAST\r\n"));
        stream.writeBytes(content);
        stream.writeBytes(octets("MAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\n"));
        stream.writeBytes(octets("Subject: x\r\n\r\n" + "..\rx\r\n".repeat(50_000) + ".\r\nQUIT\r\n"));
        Terms terms = Terms.chosenBy(choice);
        Conversations.Outcome whole = conversations.converse(terms, stream.toByteArray(), () -> Integer.MAX_VALUE);
        for (int longest : new int[] {1_500, 40_000, 200_000}) {
            check(terms, stream.toByteArray(), whole, () -> 1 + random.nextInt(longest));
        }
        assertThat(whole.replies()).contains("\r\n221 ");
    }

    @Test
    void doesNotCountDeviationsInAMessageThatIsTooLarge() throws Exception {
        byte[] stream = octets("EHLO x\r\nMAIL FROM:<a@device.test>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\n"
                + "x".repeat(400) + "\r\n.\r\nQUIT\r\n");
        Terms narrow = Terms.chosenBy(16);
        for (int length : new int[] {1, 500, Integer.MAX_VALUE}) {
            Conversations.Outcome outcome = conversations.converse(narrow, stream, () -> length);
            assertThat(outcome.replies()).contains("552 5.3.4 Message size exceeds limit of 300 octets");
            assertThat(outcome.deviations()).containsOnly(Map.entry(Conversations.PEER, Map.of()));
        }
    }

    private static void check(Terms terms, byte[] stream, Conversations.Outcome expected, IntSupplier packets)
            throws Exception {
        Conversations.Outcome outcome = conversations.converse(terms, stream, packets);
        assertThat(outcome)
                .as("%s with %s", new String(stream, StandardCharsets.ISO_8859_1), terms)
                .isEqualTo(expected);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
