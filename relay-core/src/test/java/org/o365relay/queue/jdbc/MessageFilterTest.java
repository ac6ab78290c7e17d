package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.sqlite.ReadOnlyQueue;

/// Filters applied to a filled queue.
@Timeout(60)
class MessageFilterTest {

    private static @Nullable QueueFixture fixture;
    private static @Nullable FilledQueue filled;

    @BeforeAll
    static void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
        filled = new FilledQueue(fixture);
    }

    @AfterAll
    static void close() {
        fixture().close();
    }

    private static QueueFixture fixture() {
        return Objects.requireNonNull(fixture);
    }

    private static FilledQueue filled() {
        return Objects.requireNonNull(filled);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', emptyValue = "", nullValues = "-", textBlock = """
        everything | -                 | fresh waiting held sending sent lost gone notice
        state      | queued            | fresh notice
        state      | deferred          | waiting
        state      | delivering        | sending
        state      | held              | held
        state      | delivered         | sent
        state      | failed            | lost
        state      | deleted           | gone
        state      | failed deleted    | lost gone
        state      | held queued       | fresh held notice
        after      | PT2H              | held sending sent lost gone notice
        before     | PT2H              | fresh waiting
        after      | PT900H            |
        client     | 192.168.10.8      | sent
        client     | 192.168.10.*      | fresh waiting held sending sent lost gone
        client     | 192.168.1%        |
        client     | 192.168.10._      |
        sender     | Printer@*         | fresh waiting held sending sent lost gone
        sender     | ''                | notice
        recipient  | ANNA@contoso.example | fresh held sent lost
        recipient  | bert@*            | waiting sending gone
        recipient  | *                 | fresh waiting held sending sent lost gone notice
        recipient  | nobody@*          |
        mailbox    | relay@*           | fresh waiting held sending sent lost gone notice
        mailbox    | other             |
        reason     | server-busy       | waiting
        subject    | NOTIC             | notice
        subject    | s*t               | sent lost
        message-id | waiting@device    | waiting
        message-id | <WAITING@device>  | waiting
        message-id | *@device          | fresh waiting held sending sent lost gone
        up-to      | held              | fresh waiting held
        ids        | sent fresh 4711   | fresh sent
        """)
    void findsMessagesThatMeetTheCondition(String condition, @Nullable String value, @Nullable String expected)
            throws QueueUnavailableException {
        MessageFilter selection = selection(condition, value == null ? "" : value);
        List<String> wanted = expected == null ? List.of() : List.of(expected.split(" ", -1));

        assertThat(filled().names(find(selection, Page.Order.OLDEST_FIRST))).isEqualTo(wanted);
        assertThat(filled().names(find(selection, Page.Order.NEWEST_FIRST))).isEqualTo(wanted.reversed());
        assertThat(fixture().queue().reader().count(selection)).isEqualTo(wanted.size());
        QueueReader outside = new ReadOnlyQueue(fixture().directory, fixture().clock).reader();
        assertThat(outside.count(selection)).isEqualTo(wanted.size());
    }

    @Test
    void findsMessagesThatMeetEveryCondition() {
        assertThat(filled().names(find(all("recipient", "anna@*", "state", "held"), Page.Order.OLDEST_FIRST)))
                .containsExactly("held");
        assertThat(filled().names(find(all("recipient", "bert@*", "state", "failed deleted"), Page.Order.OLDEST_FIRST)))
                .containsExactly("gone");
        assertThat(filled().names(find(all("ids", "held fresh", "recipient", "anna@*"), Page.Order.NEWEST_FIRST)))
                .containsExactly("held", "fresh");
        assertThat(filled().names(find(all("ids", "held fresh", "subject", "held"), Page.Order.NEWEST_FIRST)))
                .containsExactly("held");
    }

    @ParameterizedTest
    @ValueSource(strings = {"everything", "recipient", "ids"})
    void readsAListPageByPageInBothDirections(String condition) {
        MessageFilter selection = selection(condition, condition.equals("ids") ? filled().all() : "*");
        for (Page.Order order : Page.Order.values()) {
            List<String> whole = filled().names(find(selection, order));
            List<String> paged = new ArrayList<>();
            QueueId from = null;
            int pages = 0;
            do {
                Page page = fixture().queue().reader().find(selection, order, from, 3);
                paged.addAll(filled().names(page));
                from = page.next();
                pages++;
            } while (from != null);
            assertThat(whole).hasSize(8);
            assertThat(paged).isEqualTo(whole);
            assertThat(pages).isEqualTo(3);
        }
    }

    @Test
    void recognizesAFullLastPage() {
        assertThat(fixture()
                        .queue()
                        .reader()
                        .find(MessageFilter.ALL, Page.Order.NEWEST_FIRST, null, 8)
                        .next())
                .isNull();
    }

    private Page find(MessageFilter selection, Page.Order order) {
        return fixture().queue().reader().find(selection, order, null, 100);
    }

    private MessageFilter selection(String condition, String value) {
        return all(condition, value);
    }

    /// @param conditions a name, its value, and so on
    private MessageFilter all(String... conditions) {
        Map<String, String> wanted = new HashMap<>();
        for (int i = 0; i < conditions.length; i += 2) {
            wanted.put(conditions[i], conditions[i + 1]);
        }
        return new MessageFilter(
                words(wanted.get("ids")).map(filled()::id).toList(),
                Set.copyOf(words(wanted.get("state"))
                        .map(state -> MessageState.valueOf(state.toUpperCase(Locale.ROOT)))
                        .toList()),
                hours(wanted.get("after")),
                hours(wanted.get("before")),
                wanted.get("client"),
                wanted.get("sender"),
                wanted.get("recipient"),
                wanted.get("mailbox"),
                wanted.get("reason"),
                wanted.get("subject"),
                wanted.get("message-id"),
                wanted.containsKey("up-to") ? filled().id(wanted.get("up-to")) : null);
    }

    private static Stream<String> words(@Nullable String text) {
        return text == null ? Stream.empty() : Stream.of(text.split(" ", -1));
    }

    private static @Nullable Instant hours(@Nullable String text) {
        return text == null ? null : Instant.parse("2026-03-01T08:00:00Z").plus(Duration.parse(text));
    }
}
