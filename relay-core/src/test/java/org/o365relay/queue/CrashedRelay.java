package org.o365relay.queue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.SessionLimits;
import org.o365relay.accept.SmtpListener;
import org.o365relay.admit.Network;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.journal.LogJournal;

/// A process with a listener, a queue, and an upstream that always says "later": all that is needed to lose
/// mail. It says on which port it listens and goes on until it is killed.
final class CrashedRelay {

    private CrashedRelay() {}

    public static void main(String[] arguments) throws Exception {
        InstantSource clock = InstantSource.system();
        QueueSettings settings = new QueueSettings(Path.of(arguments[0]), 0, 1L << 40, Duration.ofDays(30));
        MessageQueue queue = MessageQueue.open(settings, clock, RandomGenerator.getDefault());
        SmtpListener listener = new SmtpListener(
                "relay.example",
                new TrustedNetworks(List.of(Network.parse("127.0.0.0/8").orElseThrow())),
                new SessionLimits(4_096, 50L * 1024 * 1024, 100, 100, 100, Duration.ofMinutes(5)),
                queue,
                new LogJournal(),
                clock);
        Thread.ofVirtual().start(() -> tryAndDefer(queue, clock));
        int port = listener.listen(new ListenerSettings(InetAddress.getLoopbackAddress(), 0))
                .getPort();
        System.out.println("LISTENING " + port);
        System.in.read();
    }

    private static void tryAndDefer(MessageQueue queue, InstantSource clock) {
        try {
            while (true) {
                for (Claim claim : queue.claim(3)) {
                    try (InputStream content = queue.content(claim)) {
                        content.transferTo(OutputStream.nullOutputStream());
                    }
                    queue.settle(
                            claim, QueueHouse.deferred(claim, clock.instant().plus(Duration.ofDays(1))), List.of());
                }
                queue.awaitDue(Duration.ofSeconds(10));
            }
        } catch (IOException | InterruptedException e) {
            System.out.println("FAILED " + e);
            System.exit(1);
        }
    }
}
