package org.o365relay.accept;

import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.accept.session.Packets;

class SessionFuzzTest {

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

    /// The first octet determines the terms, and all octets determine the packets.
    @FuzzTest(maxDuration = "10m")
    @DictionaryFile(resourcePath = "sessions.dict")
    void repliesTheSameHoweverAnyStreamIsSplitIntoPackets(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        Terms terms = Terms.chosenBy(input[0]);
        byte[] stream = Arrays.copyOfRange(input, 1, input.length);
        Random random = new Random(Arrays.hashCode(input));
        Conversations.Outcome patient = conversations.converse(terms, stream, Packets.lines(stream));
        for (IntSupplier packets :
                List.<IntSupplier>of(() -> Integer.MAX_VALUE, () -> 1, () -> 1 + random.nextInt(30))) {
            Conversations.Outcome outcome = conversations.converse(terms, stream, packets);
            hold(outcome.equals(patient), "not as in lines, which is " + patient, outcome);
        }
    }
}
