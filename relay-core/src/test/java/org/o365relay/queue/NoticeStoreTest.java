package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.NoticeStore.Written;
import org.o365relay.queue.SuppressedNotice.Kind;

class NoticeStoreTest {

    private static final InetAddress PRINTER = InetAddress.ofLiteral("10.0.0.7");
    private static final String WORK = "warnings";

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
    void withholdsANoticeTogetherWithTheSettlement() {
        house.accept("scan", QueueFixture.ANNA);
        Claim claim = house.claimOne();

        house.queue().settle(claim, QueueFixture.failed(claim), List.of(), List.of(withheld(claim.id(), Kind.FAILED)));
        house.close();

        assertThat(correspondence().suppressedNotices(house.clock.instant()))
                .extracting(SuppressedNotices::count)
                .containsExactly(1);
        assertThat(correspondence().suppressedMessages(pile(1), 50))
                .singleElement()
                .satisfies(message -> {
                    assertThat(message.id()).isEqualTo(claim.id());
                    assertThat(message.recipients()).containsExactly(QueueFixture.ANNA);
                    assertThat(message.settled()).isTrue();
                });
    }

    @Test
    void withholdsNothingIfTheLeaseHadEnded() {
        house.accept("scan", QueueFixture.ANNA);
        Claim stale = house.claimOne();
        house.clock.advance(MessageQueue.LEASE);
        Claim again = house.claimOne();
        List<SuppressedNotice> withheld = List.of(withheld(stale.id(), Kind.FAILED));

        assertThatThrownBy(() -> house.queue().settle(stale, QueueFixture.failed(stale), List.of(), withheld))
                .isInstanceOf(QueueException.class);
        assertThat(correspondence().suppressedNotices(house.clock.instant())).isEmpty();
        house.queue().settle(again, QueueFixture.failed(again), List.of(), withheld);
        assertThat(correspondence().suppressedNotices(house.clock.instant()))
                .extracting(SuppressedNotices::count)
                .containsExactly(1);
    }

    @Test
    void aDigestTakesItsPileAwayOverARestartToo() {
        house.accept("scan", QueueFixture.ANNA);
        Claim claim = house.claimOne();
        house.queue().settle(claim, QueueFixture.failed(claim), List.of(), List.of(withheld(claim.id(), Kind.FAILED)));

        assertThat(correspondence().sendDigest(pile(1), house.notice("digest"))).isPresent();
        house.close();

        assertThat(correspondence().suppressedNotices(house.clock.instant())).isEmpty();
        assertThat(correspondence().sendDigest(pile(1), house.notice("digest again")))
                .isEmpty();
        assertThat(house.text(house.claimOne())).isEqualTo("digest");
        assertThat(house.claim(9)).isEmpty();
    }

    @Test
    void aDigestThatDoesNotTellEverythingIsNotSent() {
        for (int i = 0; i < 2; i++) {
            house.accept("scan " + i, QueueFixture.ANNA);
            Claim claim = house.claimOne();
            house.queue()
                    .settle(claim, QueueFixture.failed(claim), List.of(), List.of(withheld(claim.id(), Kind.FAILED)));
        }

        assertThat(correspondence().sendDigest(pile(1), house.notice("told of the first")))
                .isEmpty();
        assertThat(house.claim(9)).isEmpty();
        assertThat(correspondence().suppressedNotices(house.clock.instant()))
                .extracting(SuppressedNotices::count)
                .containsExactly(2);
    }

    @Test
    void aDigestIsSentAlthoughMoreIsWithheldMeanwhile() {
        withhold("told");
        SuppressedNotices told =
                correspondence().suppressedNotices(house.clock.instant()).getFirst();
        house.clock.advance(Duration.ofMinutes(1));
        withhold("later");

        assertThat(correspondence().sendDigest(told, house.notice("digest"))).isPresent();
        assertThat(correspondence().suppressedNotices(house.clock.instant()))
                .singleElement()
                .satisfies(rest -> {
                    assertThat(rest.count()).isEqualTo(1);
                    assertThat(rest.since()).isEqualTo(house.clock.instant());
                });
    }

    private void withhold(String content) {
        house.accept(content, QueueFixture.ANNA);
        Claim claim = house.claimOne();
        house.queue().settle(claim, QueueFixture.failed(claim), List.of(), List.of(withheld(claim.id(), Kind.FAILED)));
    }

    @Test
    void whatIsForgottenIsStillCounted() {
        house.accept("scan", QueueFixture.ANNA);
        Claim claim = house.claimOne();
        house.queue().settle(claim, QueueFixture.failed(claim), List.of(), List.of(withheld(claim.id(), Kind.DELAYED)));
        house.queue().deleteHistoryBefore(house.clock.instant().plusSeconds(1));

        assertThat(correspondence().suppressedMessages(pile(1), 50))
                .containsExactly(new SuppressedMessage(
                        claim.id(), Kind.DELAYED, house.clock.instant(), "", null, List.of(), false, ""));
    }

    @Test
    void findsWhatWaitsInTheOrderItCameIn() {
        Instant begin = house.clock.instant();
        QueueId first = house.accept("1", QueueFixture.ANNA);
        house.clock.advance(Duration.ofMinutes(1));
        QueueId second = house.accept("2", QueueFixture.BERT);
        house.clock.advance(Duration.ofMinutes(1));
        Instant end = house.clock.instant();
        house.accept("3", QueueFixture.ANNA);
        QueueId from = NoticeStore.firstIdAt(begin);

        NoticeStore.Batch one = correspondence().waitingMessages(from, NoticeStore.firstIdAt(end), 1);
        NoticeStore.Batch two = correspondence().waitingMessages(one.end(), NoticeStore.firstIdAt(end), 1);
        NoticeStore.Batch none = correspondence().waitingMessages(two.end(), NoticeStore.firstIdAt(end), 1);

        assertThat(one.messages()).extracting(WaitingMessage::id).containsExactly(first);
        assertThat(two.messages()).extracting(WaitingMessage::id).containsExactly(second);
        assertThat(none.messages()).isEmpty();
        assertThat(List.of(one.isLast(), two.isLast(), none.isLast())).containsExactly(false, false, true);
        assertThat(none.end()).isEqualTo(NoticeStore.firstIdAt(end));
    }

    @Test
    void saysNothingOfWhatIsSettledBeforeTheWarningIsWritten() {
        QueueId gone = house.accept("gone", QueueFixture.ANNA);
        Claim claim = house.claimOne();
        QueueId open = house.accept("open", QueueFixture.BERT);
        house.queue().settle(claim, QueueFixture.delivered(claim), List.of());

        DelayNotification withheld =
                new DelayNotification(gone, QueueFixture.PRINTER, null, withheld(gone, Kind.DELAYED));
        List<Written> written = correspondence()
                .recordDelays(WORK, "17", List.of(letter(gone, "too late"), withheld, letter(open, "wait")));

        assertThat(written.subList(0, 2)).containsOnly(new Written(false, null));
        assertThat(written.getLast().isNotified()).isTrue();
        assertThat(correspondence().suppressedNotices(house.clock.instant())).isEmpty();
        assertThat(house.queue().progress(WORK)).contains("17");
        assertThat(house.claim(9))
                .extracting(Claim::id)
                .containsExactlyInAnyOrder(
                        open, Objects.requireNonNull(written.getLast().noticeId()));
        assertThat(house.queue().events(open)).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo("delayed");
            assertThat(event.detail()).isEqualTo("to printer@contoso.example");
        });
    }

    @Test
    void aWarningIsALetterOrWithheld() {
        QueueId id = new QueueId(1);

        assertThatThrownBy(() -> new DelayNotification(id, QueueFixture.PRINTER, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new DelayNotification(id, QueueFixture.PRINTER, house.notice("x"), withheld(id, Kind.DELAYED)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private NoticeStore correspondence() {
        return house.queue().notices();
    }

    private DelayNotification letter(QueueId about, String text) {
        return new DelayNotification(about, QueueFixture.PRINTER, house.notice(text), null);
    }

    private SuppressedNotice withheld(QueueId id, Kind kind) {
        return new SuppressedNotice(id, kind, PRINTER, QueueFixture.PRINTER, house.clock.instant());
    }

    private SuppressedNotices pile(int count) {
        return new SuppressedNotices(
                PRINTER, QueueFixture.PRINTER, count, house.clock.instant(), house.clock.instant());
    }
}
