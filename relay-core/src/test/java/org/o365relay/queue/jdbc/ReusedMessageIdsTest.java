package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;

@Timeout(60)
class ReusedMessageIdsTest {

    private static final String ID = "<fixed@mfp>";
    private static final String NEW_ID = "<fixed.0000000000000002@mfp>";

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
    void givesANewIdToOtherContentAndNotToTheSame() {
        assertThat(List.of(accept(ID, 1), accept(ID, 2), accept(ID, 1), accept(ID, 2), accept("<other@mfp>", 2)))
                .containsExactly("", NEW_ID, "", NEW_ID, "");
        assertThat(fixture.claim(10)).extracting(Claim::newMessageId).containsExactly(null, NEW_ID, null, NEW_ID, null);
    }

    @Test
    void decidesOnceAndKeepsTheDecisionOverRestartsAndAttempts() {
        accept(ID, 1);
        accept(ID, 2);
        fixture.close();
        Claim second = fixture.claim(2).getLast();
        assertThat(second.newMessageId()).isEqualTo(NEW_ID);
        fixture.queue()
                .claims()
                .settle(second, QueueFixture.deferred(second, fixture.clock.instant()), List.of(), List.of());
        fixture.close();

        assertThat(fixture.claim(2))
                .extracting(Claim::newMessageId, Claim::attempts)
                .containsExactlyInAnyOrder(tuple(null, 2), tuple(NEW_ID, 2));
        assertThat(accept(ID, 1)).as("the same content after restarts").isEmpty();
        assertThat(accept(ID, 3)).isEqualTo("<fixed.0000000000000003@mfp>");
    }

    @Test
    void seesTheMessagesOfTheSameGroup() {
        List<Incoming> all = new ArrayList<>();
        CompletableFuture<Void> entered = new CompletableFuture<>();
        CompletableFuture<Void> released = new CompletableFuture<>();
        CompletableFuture<Boolean> group = fixture.queue().store().committer().submit(_ -> {
            entered.complete(null);
            released.join();
            return true;
        });
        entered.join();
        List<CompletableFuture<?>> commits = new ArrayList<>(List.of(group));
        for (int i = 0; i < 6; i++) {
            Incoming incoming = fixture.queue().intake().receive();
            all.add(incoming);
            commits.add(commit(incoming, ID, i % 3, fixture));
        }
        released.complete(null); // while the writer was busy, these commits gathered in one group
        commits.forEach(CompletableFuture::join);

        assertThat(all)
                .extracting(incoming -> incoming.newMessageId().orElse(""))
                .containsExactly(
                        "", "<fixed.0000000000000001@mfp>", NEW_ID, "", "<fixed.0000000000000001@mfp>", NEW_ID);
    }

    @Test
    void comparesWithTheMessageThatWasCommittedFirst() {
        Incoming slow = fixture.queue().intake().receive();
        assertThat(accept(ID, 1)).isEmpty();
        commit(slow, ID, 2, fixture).join();

        assertThat(slow.newMessageId()).contains(NEW_ID);
        assertThat(accept(ID, 1))
                .as("repeats the first one, although its id is not the lowest")
                .isEmpty();
    }

    @Test
    void decidesTheSameForAllPartsOfASplitMessage() {
        accept(ID, 1);
        for (long fingerprint : List.of(1L, 2L)) {
            fixture.queue()
                    .intake()
                    .receive()
                    .commit(
                            fixture.arrival(),
                            List.of(part("anna", ANNA), part("bert", BERT)),
                            new SearchableHeaders(null, ID, fingerprint),
                            new byte[] {1})
                    .join();
        }
        for (String route : List.of("anna", "bert")) {
            assertThat(fixture.queue().claims().claim(new ClaimScope(route, List.of(route)), 10))
                    .extracting(Claim::newMessageId)
                    .containsExactly(null, NEW_ID);
        }
    }

    @Test
    void remembersAsLongAsTheHistory() {
        accept(ID, 1);
        Claim claim = fixture.claimOne();
        fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
        fixture.close();
        assertThat(accept(ID, 2)).as("the first one is delivered").isEqualTo(NEW_ID);

        fixture.clock.advance(Duration.ofDays(30));
        fixture.deleteHistoryBefore(fixture.clock.instant());

        assertThat(accept(ID, 2)).as("no message that kept the id is left").isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        <1@mfp>               | <1.00000000000000ff@mfp>
        <a.b+c=d/e@10.0.0.7>  | <a.b+c=d/e.00000000000000ff@10.0.0.7>
        <fixed>               | <00000000000000ff@o365-relay>
        1@mfp                 | <00000000000000ff@o365-relay>
        <1@mfp> (comment)     | <00000000000000ff@o365-relay>
        <two words@mfp>       | <00000000000000ff@o365-relay>
        <grün@mfp>            | <00000000000000ff@o365-relay>
        <1@[10.0.0.7]>        | <00000000000000ff@o365-relay>
        """)
    void derivesAValidIdFromTheOldOneAndTheContent(String old, String expected) {
        accept(old, 1);
        assertThat(accept(old, 255)).isEqualTo(expected);
    }

    @Test
    void keepsMessagesWithoutMessageIdApart() {
        assertThat(IntStream.range(0, 3).mapToObj(i -> accept(null, i))).containsOnly("");
    }

    @Test
    void isFoundByBothIds() {
        accept(ID, 1);
        accept(ID, 2);

        assertThat(find("fixed@mfp")).extracting(MessageEntry::newMessageId).containsExactly("", NEW_ID);
        assertThat(find(NEW_ID)).extracting(MessageEntry::sentMessageId).containsExactly(NEW_ID);
        assertThat(find("fixed.*2@mfp")).hasSize(1);
    }

    @Test
    void comparesSizesWithMessagesThatAnOlderRelayReceived(@TempDir Path old) {
        try (QueueFixture upgraded = new QueueFixture(old)) {
            upgraded.createVersion(6);
            upgraded.execute("INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, body,"
                    + " notice, size, attempts, due_at, route, mailbox, priority, message_id_header)"
                    + " VALUES (7, 1, '10.0.0.7', 'mfp', 'ESMTP', 'a@b.example', 0, '7BIT', 0, 4, 0, 1, '"
                    + QueueFixture.MAILBOX + "', '" + QueueFixture.MAILBOX + "', 1, '" + ID + "')");
            upgraded.execute("INSERT INTO recipient (message_id, ordinal, address, state)"
                    + " VALUES (7, 0, 'anna@contoso.example', 'queued')");
            upgraded.execute("INSERT INTO chunk (message_id, ordinal, content) VALUES (7, 0, 'scan')");

            assertThat(upgraded.claimOne().newMessageId()).isNull();
            assertThat(accept(upgraded, ID, 2, "other")).isEqualTo(NEW_ID);
            assertThat(accept(upgraded, ID, 1, "scan")).as("may be repeated").isEmpty();
            assertThat(accept(upgraded, ID, 2, "SCAN"))
                    .as("from now on by content")
                    .isEqualTo(NEW_ID);
            assertThat(upgraded.inconsistencies()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<a@b>\r\nBcc: c@d", "", "no brackets", "<\u00fc@x>"})
    void sendsNoDamagedId(String damaged) {
        accept(ID, 1);
        fixture.write(statements -> {
            try (var update = statements.connection().prepareStatement("UPDATE message SET new_message_id = ?")) {
                update.setString(1, damaged);
                return update.executeUpdate();
            }
        });
        assertThat(fixture.claim(10)).as("put on hold as damaged").isEmpty();
        assertThat(fixture.number("SELECT count(*) FROM message WHERE held_at IS NOT NULL"))
                .isEqualTo(1);
    }

    private List<MessageEntry> find(String messageId) {
        MessageFilter filter =
                new MessageFilter(List.of(), Set.of(), null, null, null, null, null, null, null, null, messageId, null);
        return fixture.queue()
                .reader()
                .find(filter, Page.Order.OLDEST_FIRST, null, 10)
                .entries();
    }

    /// @return the new Message-ID; empty if the message keeps its own
    private String accept(@Nullable String messageId, long fingerprint) {
        return accept(fixture, messageId, fingerprint, "content");
    }

    private static String accept(QueueFixture queue, @Nullable String messageId, long fingerprint, String content) {
        queue.clock.advance(Duration.ofMillis(1));
        Incoming incoming = queue.queue().intake().receive();
        incoming.commit(
                        queue.arrival(),
                        QueueFixture.routed(QueueFixture.envelope(ANNA)),
                        new SearchableHeaders(null, messageId, fingerprint),
                        content.getBytes(StandardCharsets.UTF_8))
                .join();
        return incoming.newMessageId().orElse("");
    }

    private static CompletableFuture<?> commit(
            Incoming incoming, String messageId, long fingerprint, QueueFixture queue) {
        return incoming.commit(
                queue.arrival(),
                QueueFixture.routed(QueueFixture.envelope(ANNA)),
                new SearchableHeaders(null, messageId, fingerprint),
                new byte[] {1});
    }

    private static RoutedEnvelope part(String route, EmailAddress to) {
        return new RoutedEnvelope(route, Priority.NORMAL, QueueFixture.envelope(to));
    }
}
