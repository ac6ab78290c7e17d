package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
import org.o365relay.daemon.sandbox.Accepted;
import org.o365relay.daemon.sandbox.Fault;
import org.o365relay.daemon.sandbox.Sandbox;
import org.o365relay.daemon.sandbox.SandboxSettings.Keep;
import org.o365relay.queue.Event;

/// The promise of 250, kept by a process that is killed again and again.
@Timeout(180)
final class CrashTest {

    private static final int ROUNDS = 20;
    private static final int DEVICES = 4;
    private static final String LARGE = "0123456789abcdef0123456789abcdef\r\n".repeat(6_000); // more than one chunk

    @TempDir
    Path directory;

    @TempDir
    Path office;

    private final Random random = new Random();
    private final AtomicInteger names = new AtomicInteger();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    @Test
    void deliversEveryAcknowledgedMessageHoweverOftenItIsKilled() throws Exception {
        try (Sandbox sandbox =
                Sandbox.start(RelayFixture.sandboxSettings(office).with(Keep.RECORDS))) {
            sandbox.faults().add(Fault.parse("content:delay 20ms")); // so that deliveries are hit after the final dot
            Path config = ConfigText.write(directory, sandbox, "relay.mailbox-defaults.limits.connections = 4");
            for (int round = 0; round < ROUNDS; round++) {
                boolean duringDelivery = round % 2 == 1;
                kill(config, sandbox, 1 + random.nextInt(60), duringDelivery);
            }
            try (Program relay = Program.run(config)) {
                relay.address();
                for (String subject : acknowledged) {
                    assertThat(sandbox.await(message -> subject.equals(message.subject()), Duration.ofSeconds(30)))
                            .as("%s of %d was lost", subject, acknowledged.size())
                            .isPresent();
                }
                relay.terminate();
                assertThat(relay.exitCode()).isZero();
            }
            assertThatEveryDuplicateWasInterrupted(sandbox.accepted());
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
                device.sendContent(Device.message(subject) + (name % 8 == 0 ? LARGE : ""));
                acknowledged.add(subject);
                wanted.countDown();
            }
        } catch (IOException killed) {
            assertThat(killed).hasMessageNotContaining("refused");
        }
    }

    private void assertThatEveryDuplicateWasInterrupted(List<Accepted> arrived) throws Exception {
        Map<String, Long> copies = arrived.stream()
                .collect(Collectors.groupingBy(message -> String.valueOf(message.messageId()), Collectors.counting()));
        List<String> duplicates = copies.keySet().stream()
                .filter(messageId -> copies.getOrDefault(messageId, 0L) > 1)
                .toList();
        System.out.printf(
                "%d rounds: %d messages acknowledged, %d arrived, %d of them more than once%n",
                ROUNDS, acknowledged.size(), copies.size(), duplicates.size());
        for (String messageId : duplicates) {
            String id = messageId.substring(1, messageId.indexOf('@')); // the relay's own Message-ID
            assertThat(RelayFixture.history(directory, id))
                    .as("%s arrived %d times", messageId, copies.get(messageId))
                    .extracting(Event::kind)
                    .contains("interrupted");
        }
    }
}
