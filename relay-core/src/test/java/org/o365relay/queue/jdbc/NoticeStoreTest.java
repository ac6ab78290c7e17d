package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Claim;
import org.o365relay.queue.DelayNotification;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.NoticeStore;
import org.o365relay.queue.NoticeStore.Written;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.SuppressedMessage;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.queue.SuppressedNotice.Kind;
import org.o365relay.queue.SuppressedNotices;
import org.o365relay.queue.WaitingMessage;

class NoticeStoreTest {

    private static final InetAddress PRINTER = InetAddress.ofLiteral("10.0.0.7");

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
    void suppressesANoticeInTheTransactionOfTheSettlement() {
        fixture.accept("scan", QueueFixture.ANNA);
        Claim claim = fixture.claimOne();

        fixture.queue()
                .claims()
                .settle(claim, QueueFixture.failed(claim), List.of(), List.of(suppressed(claim.id(), Kind.FAILED)));
        fixture.close();

        assertThat(notices().suppressedNotices(fixture.clock.instant()))
                .extracting(SuppressedNotices::count)
                .containsExactly(1);
        assertThat(notices().suppressedMessages(group(1), 50)).singleElement().satisfies(message -> {
            assertThat(message.id()).isEqualTo(claim.id());
            assertThat(message.recipients()).containsExactly(QueueFixture.ANNA);
            assertThat(message.settled()).isTrue();
        });
    }

    @Test
    void aDigestDoesNotNameARecipientThatTheRulesAdded() {
        fixture.acceptAdding(QueueFixture.BERT, QueueFixture.ANNA);
        Claim claim = fixture.claimOne();

        fixture.queue()
                .claims()
                .settle(claim, QueueFixture.failed(claim), List.of(), List.of(suppressed(claim.id(), Kind.FAILED)));

        assertThat(notices().suppressedMessages(group(1), 50))
                .singleElement()
                .satisfies(message -> assertThat(message.recipients()).containsExactly(QueueFixture.ANNA));
    }

    @Test
    void suppressesNothingIfTheLeaseHasEnded() {
        fixture.accept("scan", QueueFixture.ANNA);
        Claim stale = fixture.claimOne();
        fixture.clock.advance(JdbcClaims.LEASE);
        Claim again = fixture.claimOne();
        List<SuppressedNotice> withheld = List.of(suppressed(stale.id(), Kind.FAILED));

        assertThatThrownBy(
                        () -> fixture.queue().claims().settle(stale, QueueFixture.failed(stale), List.of(), withheld))
                .isInstanceOf(QueueException.class);
        assertThat(notices().suppressedNotices(fixture.clock.instant())).isEmpty();
        fixture.queue().claims().settle(again, QueueFixture.failed(again), List.of(), withheld);
        assertThat(notices().suppressedNotices(fixture.clock.instant()))
                .extracting(SuppressedNotices::count)
                .containsExactly(1);
    }

    @Test
    void queuingADigestDeletesItsSuppressedNotices() {
        fixture.accept("scan", QueueFixture.ANNA);
        Claim claim = fixture.claimOne();
        fixture.queue()
                .claims()
                .settle(claim, QueueFixture.failed(claim), List.of(), List.of(suppressed(claim.id(), Kind.FAILED)));

        assertThat(notices().sendDigest(group(1), fixture.notice("digest"))).isPresent();
        fixture.close();

        assertThat(notices().suppressedNotices(fixture.clock.instant())).isEmpty();
        assertThat(notices().sendDigest(group(1), fixture.notice("digest again")))
                .isEmpty();
        assertThat(fixture.text(fixture.claimOne())).isEqualTo("digest");
        assertThat(fixture.claim(9)).isEmpty();
    }

    @Test
    void rejectsADigestThatIsIncomplete() {
        for (int i = 0; i < 2; i++) {
            fixture.accept("scan " + i, QueueFixture.ANNA);
            Claim claim = fixture.claimOne();
            fixture.queue()
                    .claims()
                    .settle(claim, QueueFixture.failed(claim), List.of(), List.of(suppressed(claim.id(), Kind.FAILED)));
        }

        assertThat(notices().sendDigest(group(1), fixture.notice("told of the first")))
                .isEmpty();
        assertThat(fixture.claim(9)).isEmpty();
        assertThat(notices().suppressedNotices(fixture.clock.instant()))
                .extracting(SuppressedNotices::count)
                .containsExactly(2);
    }

    @Test
    void queuesADigestAlthoughMoreNoticesAreSuppressedMeanwhile() {
        suppress("told");
        SuppressedNotices told =
                notices().suppressedNotices(fixture.clock.instant()).getFirst();
        fixture.clock.advance(Duration.ofMinutes(1));
        suppress("later");

        assertThat(notices().sendDigest(told, fixture.notice("digest"))).isPresent();
        assertThat(notices().suppressedNotices(fixture.clock.instant()))
                .singleElement()
                .satisfies(rest -> {
                    assertThat(rest.count()).isEqualTo(1);
                    assertThat(rest.since()).isEqualTo(fixture.clock.instant());
                });
    }

    private void suppress(String content) {
        fixture.accept(content, QueueFixture.ANNA);
        Claim claim = fixture.claimOne();
        fixture.queue()
                .claims()
                .settle(claim, QueueFixture.failed(claim), List.of(), List.of(suppressed(claim.id(), Kind.FAILED)));
    }

    @Test
    void countsMessagesDeletedFromTheHistory() {
        fixture.accept("scan", QueueFixture.ANNA);
        Claim claim = fixture.claimOne();
        fixture.queue()
                .claims()
                .settle(claim, QueueFixture.failed(claim), List.of(), List.of(suppressed(claim.id(), Kind.DELAYED)));
        fixture.deleteHistoryBefore(fixture.clock.instant().plusSeconds(1));

        assertThat(notices().suppressedMessages(group(1), 50))
                .containsExactly(new SuppressedMessage(
                        claim.id(), Kind.DELAYED, fixture.clock.instant(), "", null, List.of(), true, false, ""));
    }

    @Test
    void aSuppressedNoticeAboutAnNdrListsItsRecipientsAndReason() {
        QueueId id = fixture.accept("scan", QueueFixture.ANNA, QueueFixture.BERT);
        Claim claim = fixture.claimOne();
        fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
        HistoryEntry bert = new HistoryEntry(
                fixture.clock.instant(), 1, "ndr", "mx.example", "550 5.1.1 unknown", "recipient-unknown", false);
        HistoryEntry member = new HistoryEntry(
                fixture.clock.instant(), null, "ndr", "mx.example", "member@b.example: 550 5.1.1 unknown", "", false);

        fixture.queue()
                .ndrs()
                .record("ndr", "1", Map.of(id, List.of(bert, member)), List.of(), List.of(suppressed(id, Kind.FAILED)));

        assertThat(notices().suppressedMessages(group(1), 50)).singleElement().satisfies(message -> {
            assertThat(message.recipients()).containsExactly(QueueFixture.BERT);
            assertThat(message.reason()).isEqualTo("recipient-unknown");
        });
    }

    @Test
    void returnsWaitingMessagesInOrderOfReception() {
        Instant begin = fixture.clock.instant();
        QueueId first = fixture.accept("1", QueueFixture.ANNA);
        fixture.clock.advance(Duration.ofMinutes(1));
        QueueId second = fixture.accept("2", QueueFixture.BERT);
        fixture.clock.advance(Duration.ofMinutes(1));
        Instant end = fixture.clock.instant();
        fixture.accept("3", QueueFixture.ANNA);
        QueueId from = notices().firstIdAt(begin);

        NoticeStore.Batch one = notices().waitingMessages(from, notices().firstIdAt(end), 1);
        NoticeStore.Batch two = notices().waitingMessages(one.end(), notices().firstIdAt(end), 1);
        NoticeStore.Batch none = notices().waitingMessages(two.end(), notices().firstIdAt(end), 1);

        assertThat(one.messages()).extracting(WaitingMessage::id).containsExactly(first);
        assertThat(two.messages()).extracting(WaitingMessage::id).containsExactly(second);
        assertThat(none.messages()).isEmpty();
        assertThat(List.of(one.isLast(), two.isLast(), none.isLast())).containsExactly(false, false, true);
        assertThat(none.end()).isEqualTo(notices().firstIdAt(end));
    }

    @Test
    void sendsNoDelayNoticeForAMessageSettledMeanwhile() {
        QueueId gone = fixture.accept("gone", QueueFixture.ANNA);
        Claim claim = fixture.claimOne();
        QueueId open = fixture.accept("open", QueueFixture.BERT);
        fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());

        DelayNotification withheld =
                new DelayNotification(gone, QueueFixture.PRINTER, null, suppressed(gone, Kind.DELAYED));
        List<Written> written = notices()
                .recordDelays(new QueueId(17), List.of(notice(gone, "too late"), withheld, notice(open, "wait")));

        assertThat(written.subList(0, 2)).containsOnly(new Written(false, null));
        assertThat(written.getLast().isNotified()).isTrue();
        assertThat(notices().suppressedNotices(fixture.clock.instant())).isEmpty();
        assertThat(notices().delaysRecordedUpTo()).contains(new QueueId(17));
        assertThat(fixture.claim(9))
                .extracting(Claim::id)
                .containsExactlyInAnyOrder(
                        open, Objects.requireNonNull(written.getLast().noticeId()));
        assertThat(fixture.queue().notices().history(open)).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo("delayed");
            assertThat(event.detail()).isEqualTo("to printer@contoso.example");
        });
    }

    @Test
    void remembersThePositionOfTheScan() {
        QueueId id = fixture.accept("first", QueueFixture.ANNA);
        notices().recordDelays(id, List.of());

        assertThat(notices().delaysRecordedUpTo()).contains(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1e3", " 7", "99999999999999999999"})
    void restartsTheScanForDelayedMessagesIfItsPositionIsDamaged(String position) {
        notices().recordDelays(new QueueId(17), List.of());
        fixture.execute("UPDATE progress SET value = '" + position + "'");

        assertThat(notices().delaysRecordedUpTo()).isEmpty();
    }

    @Test
    void aDelayNotificationIsEitherSentOrSuppressed() {
        QueueId id = new QueueId(1);

        assertThatThrownBy(() -> new DelayNotification(id, QueueFixture.PRINTER, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DelayNotification(
                        id, QueueFixture.PRINTER, fixture.notice("x"), suppressed(id, Kind.DELAYED)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private NoticeStore notices() {
        return fixture.queue().notices();
    }

    private DelayNotification notice(QueueId about, String text) {
        return new DelayNotification(about, QueueFixture.PRINTER, fixture.notice(text), null);
    }

    private SuppressedNotice suppressed(QueueId id, Kind kind) {
        return new SuppressedNotice(id, kind, PRINTER, QueueFixture.PRINTER, fixture.clock.instant());
    }

    private SuppressedNotices group(int count) {
        return new SuppressedNotices(
                PRINTER, QueueFixture.PRINTER, count, fixture.clock.instant(), fixture.clock.instant());
    }
}
