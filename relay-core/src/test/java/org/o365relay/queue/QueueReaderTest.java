package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.QueueFixture.ANNA;
import static org.o365relay.queue.QueueFixture.BERT;
import static org.o365relay.queue.QueueFixture.CARL;

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
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.QueueUnavailableException.Reason;

@Timeout(60)
class QueueReaderTest {

    private static final String EVA = "Eva";

    private QueueFixture house;

    @BeforeEach
    void open(@TempDir Path directory) {
        house = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void aMessageForManyIsFoundOnce() {
        QueueId id = house.accept("circular", ANNA, BERT, CARL);
        MessageFilter selection = new MessageFilter(
                List.of(), Set.of(), null, null, null, null, "*@contoso.example", null, null, null, null, null);
        Page page = house.queue().reader().find(selection, Page.Order.OLDEST_FIRST, null, 10);

        assertThat(page.entries()).extracting(MessageEntry::id).containsExactly(id);
        assertThat(page.entries().getFirst().recipients())
                .containsExactly("anna@contoso.example", "bert@contoso.example", "carl@contoso.example");
        assertThat(page.entries().getFirst().recipientCount()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLookThatFailsDoesNotMakeTheNextOnesStale(boolean itIsTheDisk) {
        house.accept("before", ANNA);
        for (int i = 0; i < 10; i++) { // whichever connection it takes
            assertThatThrownBy(() -> house.queue().store().scanners().read(statements -> {
                        statements.with("newest-id").executeQuery().next();
                        if (itIsTheDisk) {
                            throw new SQLException("no such luck");
                        }
                        throw new IllegalStateException("no such luck");
                    }))
                    .hasMessageContaining("no such luck");
        }
        house.accept("after", ANNA);
        for (int i = 0; i < 10; i++) {
            assertThat(house.queue().reader().summary().open()).isEqualTo(2);
        }
    }

    @Test
    void aLineSaysWhenAMessageIsTriedNextUnlessItIsNot() {
        FilledQueue filled = new FilledQueue(house);
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
    void theOverviewCountsWhatIsOpen() throws QueueUnavailableException {
        FilledQueue filled = new FilledQueue(house);
        QueueSummary overview = house.queue().reader().summary();

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
        assertThat(overview.clients())
                .containsExactly(
                        new GroupCount("192.168.10.7", 4, filled.line("fresh").receivedAt()),
                        new GroupCount("127.0.0.1", 1, filled.line("notice").receivedAt()));
        assertThat(overview.reasons())
                .containsExactly(
                        new GroupCount("server-busy", 1, filled.line("waiting").receivedAt()));
        assertThat(new OfflineQueue(house.directory, house.clock).reader().summary())
                .isEqualTo(overview);
    }

    @Test
    void theOverviewKnowsThatWhatIsHeldOrBeingDeliveredIsNotDue() {
        house.accept("first", ANNA);
        house.claimOne();
        QueueId second = house.accept("second", ANNA);
        house.queue().admin().apply(new Change.Hold(), MessageFilter.of(List.of(second)), EVA);

        assertThat(house.queue().reader().summary().nextDue()).isNull();

        Instant later = house.clock.instant().plus(Duration.ofHours(5)); // than the lease ends
        house.accept("third", ANNA);
        Claim third = house.claimOne();
        house.queue().settle(third, QueueFixture.deferred(third, later), List.of());
        assertThat(house.queue().reader().summary().nextDue()).isEqualTo(later);
    }

    @Test
    void aDeferredMessageThatIsHeldOrBeingGivenUpCountsOnce() {
        house.accept("first", ANNA);
        Claim claim = house.claimOne();
        house.queue().settle(claim, QueueFixture.deferred(claim, house.clock.instant()), List.of());
        house.queue().admin().apply(new Change.Hold(), MessageFilter.ALL, EVA);
        assertThat(states()).isEqualTo(Map.of(MessageState.HELD, 1L));

        house.queue().admin().bounceEach(MessageFilter.ALL, EVA, seized -> {
            assertThat(states()).isEqualTo(Map.of(MessageState.DELIVERING, 1L));
            house.queue().settle(seized, QueueFixture.failed(seized), List.of());
        });
        assertThat(states()).isEmpty();
    }

    @Test
    void anEmptyQueueHasNothingToTell() {
        QueueSummary overview = house.queue().reader().summary();
        assertThat(overview.open()).isZero();
        assertThat(overview.states()).hasSize(4);
        assertThat(overview.oldest()).isNull();
        assertThat(overview.nextDue()).isNull();
        assertThat(house.queue().reader().newest()).isEmpty();
        assertThat(house.queue()
                        .reader()
                        .find(MessageFilter.ALL, Page.Order.NEWEST_FIRST, null, 1)
                        .entries())
                .isEmpty();
    }

    @Test
    void aMessageIsShownWithAllThatIsKnownOfItAndItsContent() throws IOException, QueueUnavailableException {
        QueueId id = house.accept("the content", ANNA, BERT);
        Claim claim = house.claimOne();
        house.queue()
                .settle(
                        claim,
                        new Settlement(
                                Map.of(
                                        claim.recipients().getFirst(), new Deferred(QueueFixture.LATER),
                                        claim.recipients().getLast(), new Failed(QueueFixture.NEVER)),
                                house.clock.instant(),
                                true,
                                "smtp.example:587",
                                QueueFixture.MAILBOX),
                        List.of());

        for (QueueReader reading :
                List.of(house.queue().reader(), new OfflineQueue(house.directory, house.clock).reader())) {
            MessageDetail detail = reading.show(id).orElseThrow();
            assertThat(detail.recipients())
                    .containsExactly(
                            new RecipientEntry(0, "anna@contoso.example", "queued"),
                            new RecipientEntry(1, "bert@contoso.example", "failed"));
            assertThat(detail.events()).extracting(Event::kind).containsExactly("deferred", "failed");
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
    void aDamagedRowIsShownAsFarAsItMakesSense(String damage) {
        QueueId id = house.accept("whole once", ANNA);
        house.execute(damage);
        QueueReader reading = house.queue().reader();

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
    void aQueueOfAnOlderRelayIsBroughtUpToDateByAStart(int version) {
        house.createVersion(version);
        assertThatThrownBy(() -> new OfflineQueue(house.directory).reader())
                .isInstanceOfSatisfying(
                        QueueUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.OLDER_SCHEMA))
                .hasMessageContaining("schema " + version)
                .hasMessageContaining("start this version of the relay to upgrade it");
        assertThat(house.number("PRAGMA user_version")).isEqualTo(version);
    }

    @Test
    void aClosedQueueSaysSo() {
        QueueReader reading = house.queue().reader();
        house.close();
        assertThatThrownBy(reading::summary).isInstanceOf(QueueException.class).hasMessageContaining("closed");
    }

    @Test
    void timesThatNoClockShowsAreTimesToo() {
        house.accept("now", ANNA);
        assertThat(house.queue().reader().count(between(Instant.MIN, Instant.MAX)))
                .isEqualTo(1);
        assertThat(house.queue().reader().count(between(Instant.MAX, null))).isZero();
        assertThat(house.queue().reader().count(between(null, Instant.MIN))).isZero();
    }

    private Map<MessageState, Long> states() {
        Map<MessageState, Long> states =
                new HashMap<>(house.queue().reader().summary().states());
        states.values().removeIf(count -> count == 0);
        return states;
    }

    private static MessageFilter between(@Nullable Instant after, @Nullable Instant before) {
        return new MessageFilter(List.of(), Set.of(), after, before, null, null, null, null, null, null, null, null);
    }
}
