package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Effort;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.sqlite.ReadOnlyQueue;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.settings.SandboxSettings.Keep;

/// The promise of 250, kept by a process that is killed with SIGKILL again and again under load.
///
/// Every message that was acknowledged is delivered, and its body is what the device sent, octet for octet. One that is
/// delivered more than once says so in its history: the connection broke after the final dot, and nobody can know what
/// the upstream made of it. A message that was not acknowledged may be delivered, too: it was committed, and only its
/// 250 was lost; the device then sends it again.
///
/// `-Plong` for 200 rounds, `-Dcrash.rounds=… -Dcrash.seed=…` for a given number, or for the same ones again.
@Timeout(1800)
public final class CrashTest {

    private static final int ROUNDS = Integer.getInteger("crash.rounds", Effort.rounds(4, 200));
    private static final long SEED = Long.getLong("crash.seed", System.nanoTime());
    private static final int DEVICES = 4;
    private static final String LARGE = "0123456789abcdef0123456789abcdef\r\n".repeat(6_000); // more than one chunk

    @TempDir
    Path directory;

    @TempDir
    Path office;

    private final Random random = new Random(SEED);
    private final AtomicInteger names = new AtomicInteger();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    @Test
    void deliversEveryAcknowledgedMessageHoweverOftenItIsKilled() throws Exception {
        System.out.printf("%d rounds, seed %d%n", ROUNDS, SEED);
        try (Sandbox sandbox =
                Sandbox.start(RelayFixture.sandboxSettings(office).with(Keep.FILES))) {
            sandbox.faults().add(Fault.parse("content:delay 20ms")); // so that deliveries are hit after the final dot
            Path config = ConfigText.write(directory, sandbox, "relay.mailbox-defaults.limits.connections = 4");
            for (int round = 0; round < ROUNDS; round++) {
                boolean duringDelivery = round % 2 == 1;
                kill(config, sandbox, 1 + random.nextInt(60), duringDelivery);
            }
            try (Program relay = Program.run(config)) {
                relay.address();
                awaitAll(sandbox);
                relay.terminate();
                assertThat(relay.exitCode()).isZero();
            }
            assertThatEveryCopyIsUnchanged(sandbox.accepted());
            assertThatEveryDuplicateIsMarked(sandbox.accepted());
        }
    }

    /// @param acknowledgements after how many it is killed
    /// @param duringDelivery whether the devices then fall silent, and it is killed somewhat later
    private void kill(Path config, Sandbox sandbox, int acknowledgements, boolean duringDelivery) throws Exception {
        int arrivedBefore = sandbox.acceptedCount();
        try (Program relay = Program.run(config)) {
            InetSocketAddress address = relay.address();
            CountDownLatch wanted = new CountDownLatch(acknowledgements);
            List<Thread> devices = new ArrayList<>();
            for (int i = 0; i < DEVICES; i++) {
                devices.add(Thread.ofVirtual().start(() -> send(address, wanted, duringDelivery)));
            }
            assertThat(wanted.await(30, TimeUnit.SECONDS)).as(relay.said()).isTrue();
            if (duringDelivery) {
                int arrived = arrivedBefore + 1 + random.nextInt(acknowledgements);
                assertThat(sandbox.awaitCount(arrived, Duration.ofSeconds(30)))
                        .as(relay.said())
                        .isTrue();
            }
            relay.kill();
            for (Thread device : devices) {
                device.join();
            }
        }
    }

    private void send(InetSocketAddress address, CountDownLatch wanted, boolean fallSilent) {
        try (Device device = new Device(address)) {
            while (!fallSilent || wanted.getCount() > 0) {
                int name = names.incrementAndGet();
                String subject = "crash " + name;
                device.sendContent(content(subject));
                acknowledged.add(subject);
                wanted.countDown();
            }
        } catch (IOException killed) {
            assertThat(killed).hasMessageNotContaining("refused");
        }
    }

    /// The backlog may be long; it is given up when nothing has come for a while.
    private void awaitAll(Sandbox sandbox) throws InterruptedException, QueueUnavailableException {
        Set<String> missing = missing(sandbox);
        while (!missing.isEmpty()) {
            boolean more = sandbox.awaitCount(sandbox.acceptedCount() + 1, Duration.ofSeconds(30));
            missing = missing(sandbox);
            if (!more && !missing.isEmpty()) {
                throw new AssertionError(missing.size() + " of " + acknowledged.size() + " did not come: " + missing
                        + "; "
                        + new ReadOnlyQueue(directory.resolve("queue")).reader().summary());
            }
        }
    }

    private Set<String> missing(Sandbox sandbox) {
        Set<String> missing = new HashSet<>(acknowledged);
        sandbox.accepted().forEach(message -> missing.remove(String.valueOf(message.subject())));
        return missing;
    }

    private static String content(String subject) {
        int name = Integer.parseInt(subject.substring(subject.indexOf(' ') + 1));
        return Device.message(subject) + (name % 8 == 0 ? LARGE : "");
    }

    private static void assertThatEveryCopyIsUnchanged(List<AcceptedMessage> arrived) throws IOException {
        for (AcceptedMessage message : arrived) {
            String subject = String.valueOf(message.subject());
            assertThat(body(new String(message.content(), StandardCharsets.ISO_8859_1))
                            .equals(body(content(subject))))
                    .as("the body of %s is as it was sent", subject)
                    .isTrue();
        }
    }

    private static String body(String content) {
        return content.substring(content.indexOf("\r\n\r\n"));
    }

    private void assertThatEveryDuplicateIsMarked(List<AcceptedMessage> arrived) throws QueueUnavailableException {
        Map<String, Long> copies = arrived.stream()
                .collect(Collectors.groupingBy(message -> String.valueOf(message.messageId()), Collectors.counting()));
        QueueReader history = new ReadOnlyQueue(directory.resolve("queue")).reader();
        int duplicates = 0;
        for (String messageId : copies.keySet()) {
            long more = copies.getOrDefault(messageId, 1L) - 1;
            duplicates += more > 0 ? 1 : 0;
            String id = messageId.substring(1, messageId.indexOf('@')); // the relay's own Message-ID
            if (more > 0) {
                assertThat(history.show(QueueId.parse(id).orElseThrow())
                                .orElseThrow()
                                .events())
                        .as("%s arrived %d times more than once", messageId, more)
                        .filteredOn(HistoryEntry::uncertain)
                        .hasSizeGreaterThanOrEqualTo((int) more);
            }
        }
        System.out.printf(
                "%d rounds: %d messages acknowledged and delivered, %d delivered that were not acknowledged, %d"
                        + " delivered more than once, all of them marked%n",
                ROUNDS, acknowledged.size(), copies.size() - acknowledged.size(), duplicates);
    }
}
