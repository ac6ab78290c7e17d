package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.Relay;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.sandbox.message.AcceptedMessage;

/// A relay that ends, and one that comes after it.
@Timeout(60)
final class StopTest extends EndToEnd {

    @Test
    void keepsQueuedMailAndDeliversItAfterTheNextStart() throws Exception {
        relay.start();
        relay.stopOffice();
        try (Device device = relay.device()) {
            for (int i = 0; i < 20; i++) {
                device.send("message " + i);
            }
        }
        relay.stop();
        relay.startOfficeAgain();

        relay.start();

        assertThat(relay.received(20))
                .extracting(AcceptedMessage::subject)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 20).mapToObj(i -> "message " + i).toList());
    }

    @Test
    void completesADeliveryInFlightAndDoesNotRepeatIt() throws Exception {
        relay.with("content:delay 1s*1").start();
        String id;
        try (Device device = relay.device()) {
            id = device.send("in flight");
        }
        awaitContentIsBeingDelivered();

        relay.stop();

        assertThat(relay.journal().lines("delivered " + id)).hasSize(1);
        relay.start();
        try (Device device = relay.device()) {
            device.send("next");
        }
        assertThat(relay.received(2)).extracting(AcceptedMessage::subject).containsExactly("in flight", "next");
        assertThat(relay.history(id)).extracting(HistoryEntry::kind).containsExactly("delivered");
    }

    @Test
    void completesAProbeInFlight() throws Exception {
        relay.with("auth:535 5.7.3 Authentication unsuccessful*1", "content:delay 1s*1")
                .start();
        String id;
        try (Device device = relay.device()) {
            id = device.send("probe");
        }
        relay.journal().await("blocked", 1);
        awaitContentIsBeingDelivered();

        relay.stop();

        assertThat(relay.journal().lines("delivered " + id)).hasSize(1);
        assertThat(relay.history(id)).extracting(HistoryEntry::kind).containsExactly("postponed", "delivered");
    }

    @Test
    void receivesAMessageInProgressCompletely() throws Exception {
        relay.start();
        try (Device busy = relay.device();
                Device idle = relay.device()) {
            busy.begin();
            busy.write("Subject: half\r\n\r\nthe first half\r\n");
            Thread stop = Thread.ofVirtual().start(relay::stop);

            assertThat(idle.reply()).startsWith("421 4.3.2");
            assertThatThrownBy(() -> relay.device()).isInstanceOf(IOException.class);
            busy.write("the second half\r\n");
            assertThat(busy.say(".")).startsWith("250 2.0.0 Queued as");
            assertThat(busy.reply()).startsWith("421 4.3.2");
            stop.join();
        }
        relay.start();
        assertThat(relay.received(1)).extracting(AcceptedMessage::subject).containsExactly("half");
    }

    @Test
    void keepsADataDirectoryLockedAgainstASecondRelay() throws Exception {
        relay.start();
        Relay second = new Relay(RelayFixture.settings(directory.resolve("relay.conf")), new RememberingJournal());
        assertThatThrownBy(second::start)
                .isInstanceOf(QueueUnavailableException.class)
                .hasMessageContaining("is in use by another running relay (process "
                        + ProcessHandle.current().pid() + ")");
        try (Device device = relay.device()) {
            device.send("still there");
        }
        relay.received(1);
    }

    /// The delay has been used up: the sandbox has the content and keeps its reply back.
    private void awaitContentIsBeingDelivered() throws InterruptedException {
        relay.office().faults().awaitNone();
    }
}
