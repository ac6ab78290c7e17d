package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.QueueHouse.ANNA;

import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The write-ahead log can grow no more: a process may write no file longer than 8 MiB, until the limit is
/// lifted.
class FullDiskTest {

    private static final int LIMIT_KIB = 8 * 1024;
    private static final int SIZE = 100_000;

    @Test
    @Timeout(120)
    void nothingAcknowledgedIsLostAndItWorksAgainWithoutARestart(@TempDir Path directory) throws Exception {
        Path data = directory.resolve("queue");
        int accepted;
        try (ChildJvm child = ChildJvm.startLimited(LIMIT_KIB, directory, FullDiskTest.class, data.toString())) {
            accepted = Integer.parseInt(child.awaitLine("FULL"));
            assertThat(accepted).isBetween(10, 190);
            Process lifted = new ProcessBuilder("prlimit", "--pid", Long.toString(child.pid()), "--fsize=unlimited")
                    .inheritIO()
                    .start();
            assertThat(lifted.waitFor()).isZero();
            child.tell("go on");
            assertThat(Integer.parseInt(child.awaitLine("AGAIN"))).isEqualTo(20);
            child.kill();
        }
        try (QueueHouse house = new QueueHouse(data)) {
            assertThat(house.queue().claim(1_000))
                    .hasSize(accepted + 20)
                    .allSatisfy(claim -> assertThat(house.read(claim)).hasSize(SIZE));
            assertThat(house.contradictions()).isEmpty();
        }
    }

    /// The process with the limit.
    public static void main(String[] arguments) throws Exception {
        QueueHouse house = new QueueHouse(Path.of(arguments[0]));
        System.out.println("FULL " + accept(house, 200));
        System.in.read();
        System.out.println("AGAIN " + accept(house, 20));
        System.in.read();
    }

    private static int accept(QueueHouse house, int most) {
        int accepted = 0;
        for (int i = 0; i < most; i++) {
            try {
                house.accept(QueueHouse.content(i, SIZE), ANNA);
                accepted++;
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof QueueException)) {
                    throw e;
                }
            }
        }
        return accepted;
    }
}
