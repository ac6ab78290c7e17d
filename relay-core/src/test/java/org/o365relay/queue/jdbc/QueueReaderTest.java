package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;
import static org.o365relay.queue.jdbc.QueueFixture.CARL;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.Claim;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.QueueSummary;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.jdbc.sqlite.ReadOnlyQueue;

@Timeout(60)
class QueueReaderTest {

    private static final String EVA = "Eva";

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
    void findsAMessageWithSeveralMatchingRecipientsOnce() {
        QueueId id = fixture.accept("circular", ANNA, BERT, CARL);
        MessageFilter selection = new MessageFilter(
                List.of(), Set.of(), null, null, null, null, "*@contoso.example", null, null, null, null, null);
        Page page = fixture.queue().reader().find(selection, Page.Order.OLDEST_FIRST, null, 10);

        assertThat(page.entries()).extracting(MessageEntry::id).containsExactly(id);
        assertThat(page.entries().getFirst().recipients())
                .containsExactly("anna@contoso.example", "bert@contoso.example", "carl@contoso.example");
        assertThat(page.entries().getFirst().recipientCount()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFailedReadDoesNotMakeLaterReadsStale(boolean itIsTheDisk) {
        fixture.accept("before", ANNA);
        for (int i = 0; i < 10; i++) { // whichever connection it takes
            assertThatThrownBy(() -> fixture.queue().store().scanners().read(statements -> {
                        statements.with("newest-id").executeQuery().next();
                        if (itIsTheDisk) {
                            throw new SQLException("no such luck");
                        }
                        throw new IllegalStateException("no such luck");
                    }))
                    .hasMessageContaining("no such luck");
        }
        fixture.accept("after", ANNA);
        for (int i = 0; i < 10; i++) {
            assertThat(fixture.queue().reader().summary().open()).isEqualTo(2);
        }
    }

    @Test
    void showsTheNextAttemptOnlyIfThereIsOne() {
        FilledQueue filled = new FilledQueue(fixture);
        assertThat(filled.line("waiting").dueAt()).isEqualTo("2026-03-02T12:00:00Z");
        assertThat(filled.line("waiting").reason()).isEqualTo("server-busy");
        assertThat(filled.line("waiting").attempts()).isEqualTo(1);
        assertThat(Stream.of("held", "sending", "sent")
                        .map(name -> filled.line(name).dueAt()))
                .containsOnlyNulls();
        assertThat(filled.line("sent").settledAt()).isNotNull();
        assertThat(filled.line("notice").notice()).isTrue();
        assertThat(filled.line("notice").sender()).isEmpty();
    }

    @Test
    void summarizesOpenMessages() throws QueueUnavailableException {
        FilledQueue filled = new FilledQueue(fixture);
        QueueSummary overview = fixture.queue().reader().summary();

        assertThat(overview.states())
                .containsOnly(
                        Map.entry(MessageState.QUEUED, 2L),
                        Map.entry(MessageState.DEFERRED, 1L),
                        Map.entry(MessageState.DELIVERING, 1L),
                        Map.entry(MessageState.HELD, 1L));
        assertThat(overview.open()).isEqualTo(5);
        assertThat(overview.oldest()).isEqualTo(filled.id("fresh"));
        assertThat(overview.oldestAt()).isEqualTo(filled.line("fresh").receivedAt());
        assertThat(overview.nextDue()).isEqualTo(filled.line("fresh").dueAt());
        assertThat(overview.mailboxes())
                .containsExactly(new GroupCount(
                        QueueFixture.MAILBOX, 5, filled.line("fresh").receivedAt()));
        assertThat(overview.due())
                .as("neither deferred, held nor being delivered")
                .isEqualTo(Map.of(QueueFixture.MAILBOX, 2L));
        assertThat(overview.clients())
                .containsExactly(
                        new GroupCount("192.168.10.7", 4, filled.line("fresh").receivedAt()),
                        new GroupCount("127.0.0.1", 1, filled.line("notice").receivedAt()));
        assertThat(overview.reasons())
                .containsExactly(
                        new GroupCount("server-busy", 1, filled.line("waiting").receivedAt()));
        assertThat(new ReadOnlyQueue(fixture.directory, fixture.clock).reader().summary())
                .isEqualTo(overview);
    }

    @Test
    void nextDueIgnoresMessagesHeldOrBeingDelivered() {
        fixture.accept("first", ANNA);
        fixture.claimOne();
        QueueId second = fixture.accept("second", ANNA);
        fixture.queue().admin().apply(new Change.Hold(), MessageFilter.of(List.of(second)), EVA);

        assertThat(fixture.queue().reader().summary().nextDue()).isNull();

        Instant later = fixture.clock.instant().plus(Duration.ofHours(5)); // than the lease ends
        fixture.accept("third", ANNA);
        Claim third = fixture.claimOne();
        fixture.queue().claims().settle(third, QueueFixture.deferred(third, later), List.of(), List.of());
        assertThat(fixture.queue().reader().summary().nextDue()).isEqualTo(later);
    }

    @Test
    void countsADeferredMessageOnceIfItIsHeldOrBeingBounced() {
        fixture.accept("first", ANNA);
        Claim claim = fixture.claimOne();
        fixture.queue()
                .claims()
                .settle(claim, QueueFixture.deferred(claim, fixture.clock.instant()), List.of(), List.of());
        fixture.queue().admin().apply(new Change.Hold(), MessageFilter.ALL, EVA);
        assertThat(states()).isEqualTo(Map.of(MessageState.HELD, 1L));

        fixture.queue().admin().bounceEach(MessageFilter.ALL, EVA, seized -> {
            assertThat(states()).isEqualTo(Map.of(MessageState.DELIVERING, 1L));
            fixture.queue().claims().settle(seized, QueueFixture.failed(seized), List.of(), List.of());
        });
        assertThat(states()).isEmpty();
    }

    @Test
    void summarizesAnEmptyQueue() {
        QueueSummary overview = fixture.queue().reader().summary();
        assertThat(overview.open()).isZero();
        assertThat(overview.states()).hasSize(4);
        assertThat(overview.oldest()).isNull();
        assertThat(overview.nextDue()).isNull();
        assertThat(fixture.queue().reader().newest()).isEmpty();
        assertThat(fixture.queue()
                        .reader()
                        .find(MessageFilter.ALL, Page.Order.NEWEST_FIRST, null, 1)
                        .entries())
                .isEmpty();
    }

    @Test
    void showsAMessageWithItsContent() throws IOException, QueueUnavailableException {
        QueueId id = fixture.accept("the content", ANNA, BERT);
        Claim claim = fixture.claimOne();
        fixture.queue()
                .claims()
                .settle(
                        claim,
                        new Settlement(
                                Map.of(
                                        claim.recipients().getFirst(), new Deferred(QueueFixture.LATER),
                                        claim.recipients().getLast(), new Failed(QueueFixture.NEVER)),
                                fixture.clock.instant(),
                                true,
                                "smtp.example:587",
                                QueueFixture.MAILBOX),
                        List.of(),
                        List.of());

        for (QueueReader reading :
                List.of(fixture.queue().reader(), new ReadOnlyQueue(fixture.directory, fixture.clock).reader())) {
            MessageDetail detail = reading.show(id).orElseThrow();
            assertThat(detail.recipients())
                    .containsExactly(
                            new RecipientEntry(0, "anna@contoso.example", "queued"),
                            new RecipientEntry(1, "bert@contoso.example", "failed"));
            assertThat(detail.events()).extracting(HistoryEntry::kind).containsExactly("deferred", "failed");
            assertThat(detail.protocol()).isEqualTo("ESMTP");
            assertThat(detail.body()).isEqualTo("7BIT");
            assertThat(detail.content()).isEqualTo(id);
            assertThat(detail.hasContent()).isTrue();
            try (InputStream content = reading.content(detail)) {
                assertThat(content.readAllBytes()).asString().isEqualTo("the content");
            }
            assertThat(reading.newest()).hasValue(id);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE message SET client = 'printer-3', helo = x'00ff', sender = 'a b', size = 'much', mailbox = ''",
                "UPDATE message SET received_at = 9223372036854775807, due_at = -5, content_id = -7",
                "UPDATE message SET attempts = 'many', priority = 9, body = 'ODD', protocol = ''",
                "UPDATE message SET due_at = 'soon', lease = 'me', reason = x'c3'",
                "UPDATE recipient SET address = '', state = '?'",
                "DELETE FROM recipient"
            })
    void showsTheReadableFieldsOfADamagedRow(String damage) {
        QueueId id = fixture.accept("whole once", ANNA);
        fixture.execute(damage);
        QueueReader reading = fixture.queue().reader();

        assertThat(reading.find(MessageFilter.ALL, Page.Order.NEWEST_FIRST, null, 10)
                        .entries())
                .extracting(MessageEntry::id)
                .containsExactly(id);
        assertThat(reading.show(id)).isPresent();
        assertThat(reading.summary().open()).isEqualTo(1);
        assertThat(reading.count(MessageFilter.ALL)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void refusesAQueueOfAnOlderRelay(int version) {
        fixture.createVersion(version);
        assertThatThrownBy(() -> new ReadOnlyQueue(fixture.directory).reader())
                .isInstanceOfSatisfying(
                        QueueUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.OLDER_SCHEMA))
                .hasMessageContaining("schema " + version)
                .hasMessageContaining("start this version of the relay to upgrade it");
        assertThat(fixture.number("PRAGMA user_version")).isEqualTo(version);
    }

    @Test
    void failsIfTheQueueIsClosed() {
        QueueReader reading = fixture.queue().reader();
        fixture.close();
        assertThatThrownBy(reading::summary).isInstanceOf(QueueException.class).hasMessageContaining("closed");
    }

    @Test
    void acceptsExtremeTimes() {
        fixture.accept("now", ANNA);
        assertThat(fixture.queue().reader().count(between(Instant.MIN, Instant.MAX)))
                .isEqualTo(1);
        assertThat(fixture.queue().reader().count(between(Instant.MAX, null))).isZero();
        assertThat(fixture.queue().reader().count(between(null, Instant.MIN))).isZero();
    }

    private Map<MessageState, Long> states() {
        Map<MessageState, Long> states =
                new HashMap<>(fixture.queue().reader().summary().states());
        states.values().removeIf(count -> count == 0);
        return states;
    }

    private static MessageFilter between(@Nullable Instant after, @Nullable Instant before) {
        return new MessageFilter(List.of(), Set.of(), after, before, null, null, null, null, null, null, null, null);
    }
}
