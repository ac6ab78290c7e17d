package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.deliver.Response.Step;

class DispatcherTest {

    private static final String ALERT = "Subject: on battery\r\n\r\nUPS on battery\r\n";

    private BackHalf relay;
    private Dispatcher dispatcher;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        relay = new BackHalf(directory);
        dispatcher = new Dispatcher(relay.queue, relay.lane, relay.courier);
    }

    @AfterEach
    void close() {
        dispatcher.stop(Duration.ofSeconds(5));
        relay.close();
    }

    @Test
    void deliversWhatWasQueuedBeforeItStartedAndWhatComesLater() throws Exception {
        relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        dispatcher.start();
        relay.journal.await("delivered", 1);
        relay.accept("ups@contoso.example", ALERT, "bert@contoso.example");
        assertThat(relay.journal.await("delivered", 2)).hasSize(2);
    }

    @Test
    void sendsNothingWhileTheLaneIsClosed() throws Exception {
        relay.upstream.answer(FakeUpstream.upstream(Step.AUTH, "535 5.7.3 Authentication unsuccessful"));
        relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        dispatcher.start();
        relay.journal.await("paused", 1);
        relay.accept("ups@contoso.example", ALERT, "bert@contoso.example");
        dispatcher.stop(Duration.ofSeconds(5));
        assertThat(relay.upstream.sent()).hasSize(1);
        assertThat(relay.due()).as("both are still queued").hasSize(2);
    }

    @Test
    void deliversManyAtMostAsManyAtATimeAsThereAreConnections() throws Exception {
        for (int i = 0; i < 50; i++) {
            relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        }
        dispatcher.start();
        assertThat(relay.journal.await("delivered", 50)).doesNotHaveDuplicates();
        assertThat(relay.upstream.mostAtOnce()).isLessThanOrEqualTo(2);
    }

    @Test
    void hearsOfADeferredMessageWhileItWaitsForTheNextOne() throws Exception {
        relay.accept("ups@contoso.example", ALERT, "anna@contoso.example");
        var claim = relay.due().getFirst();
        relay.queue.awaitDue(relay.lane.supply(), Duration.ZERO); // the message's own arrival
        relay.upstream.answer(FakeUpstream.network(Step.MAIL));
        Thread waiting = Thread.ofVirtual().start(this::awaitDue);

        relay.courier.deliver(claim);

        assertThat(waiting.join(Duration.ofSeconds(20))).isTrue();
    }

    private void awaitDue() {
        try {
            relay.queue.awaitDue(relay.lane.supply(), Duration.ofHours(1));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
