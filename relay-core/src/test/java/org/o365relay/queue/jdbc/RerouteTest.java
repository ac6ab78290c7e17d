package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.Destination;
import org.o365relay.queue.OrphanedMessage;

/// Messages of a mailbox or pool that is no longer configured.
@Timeout(60)
class RerouteTest {

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void reroutesEachMessage() {
        for (int i = 0; i < 1_100; i++) { // more than two batches
            commit("old", Integer.toString(i));
        }
        commit("other", "stays");

        int moved = fixture.queue().routes().reroute("old", stranded -> {
            assertThat(stranded.route()).isEqualTo("old");
            boolean even = Integer.parseInt(text(stranded)) % 2 == 0;
            return new Destination(even ? "even" : "odd", even ? Priority.URGENT : Priority.NORMAL);
        });

        assertThat(moved).isEqualTo(1_100);
        assertThat(fixture.queue().routes().names()).containsExactly("even", "odd", "other");
        assertThat(fixture.queue().claims().claim(new ClaimScope("even", List.of()), 2_000))
                .hasSize(550)
                .allMatch(claim ->
                        claim.priority() == Priority.URGENT && claim.route().equals("even"));
    }

    @Test
    void leavesDamagedMessagesAndReroutesTheOthers() {
        QueueId damaged = commit("old", "damaged");
        commit("old", "whole");
        fixture.execute("DELETE FROM recipient WHERE message_id = " + damaged.value());

        assertThat(fixture.queue().routes().reroute("old", _ -> new Destination("new", Priority.NORMAL)))
                .isEqualTo(1);

        assertThat(fixture.queue().routes().names()).containsExactly("new", "old");
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isEqualTo(2);
    }

    @Test
    void doesNotRerouteSettledOrLeasedMessages() {
        commit("old", "settled");
        commit("old", "being tried");
        ClaimScope old = new ClaimScope("old", List.of());
        Claim settled = fixture.queue().claims().claim(old, 1).getFirst();
        fixture.queue().claims().settle(settled, QueueFixture.delivered(settled), List.of(), List.of());
        Claim tried = fixture.queue().claims().claim(old, 1).getFirst();

        assertThat(fixture.queue().routes().reroute("old", _ -> new Destination("new", Priority.NORMAL)))
                .isZero();

        assertThat(fixture.queue().claims().settle(tried, QueueFixture.delivered(tried), List.of(), List.of()))
                .isEmpty();
        assertThat(fixture.queue().routes().names()).isEmpty();
    }

    private static String text(OrphanedMessage stranded) {
        try (InputStream content = stranded.content().get()) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private QueueId commit(String route, String content) {
        return fixture.queue()
                .intake()
                .receive()
                .commit(
                        fixture.arrival(),
                        List.of(new RoutedEnvelope(route, Priority.NORMAL, QueueFixture.envelope(ANNA))),
                        SearchableHeaders.NONE,
                        content.getBytes(StandardCharsets.UTF_8))
                .join()
                .getFirst();
    }
}
