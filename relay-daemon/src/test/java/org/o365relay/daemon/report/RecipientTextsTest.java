package org.o365relay.daemon.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;

final class RecipientTextsTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    /// Events: `kind@recipient`, or `kind` alone for the whole message, a minute apart.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        queued     |                                     | waits
        queued     | deferred@0                          | waits: deferred 1
        queued     | deferred@0 postponed                | waits: postponed 2
        queued     | deferred@0 deferred@1               | waits: deferred 1
        queued     | deferred@0 interrupted              | waits
        queued     | deferred@0 held released            | waits: deferred 1
        delivered  | deferred delivered@0 failed@1       | delivered 12:02
        delivered  | delivered@0 postponed               | delivered 12:01
        delivered  | delivered@0 ndr@0                   | delivered, but Exchange reported 12:02: ndr 2
        delivered  | delivered@0 ndr@1                   | delivered 12:01
        delivered  | delivered@0 ndr                     | delivered 12:01
        failed     | deferred failed@0 delivered@1       | FAILED 12:02: failed 2
        failed     | deferred@0 bounced failed@0         | FAILED 12:03: failed 3
        deleted    | deferred@0 deleted                  | deleted by an operator 12:02
        redirected | deferred@0 redirected               | redirected 12:02
        delivered  | delivered@0 deleted                 | delivered 12:01
        """)
    void tellsWhatBecameOfARecipient(String state, @Nullable String events, String text) {
        RecipientEntry recipient = new RecipientEntry(0, "anna@contoso.example", state);
        assertThat(new RecipientTexts(new Times(NOON.plusSeconds(3600), ZoneOffset.UTC))
                        .of(message(recipient, events == null ? "" : events), recipient))
                .isEqualTo(text);
    }

    private static MessageDetail message(RecipientEntry recipient, String events) {
        List<String> words = Arrays.stream(events.split(" ", -1))
                .filter(word -> !word.isEmpty())
                .toList();
        List<HistoryEntry> history = new ArrayList<>();
        for (String word : words) {
            String[] parts = word.split("@", 2);
            int minute = history.size() + 1;
            history.add(new HistoryEntry(
                    NOON.plusSeconds(60L * minute),
                    parts.length == 1 ? null : (Integer) Integer.parseInt(parts[1]),
                    parts[0],
                    "upstream",
                    parts[0] + " " + minute,
                    "",
                    false));
        }
        MessageEntry entry = new MessageEntry(
                new QueueId(1),
                MessageState.DELIVERING,
                NOON,
                "10.0.0.7",
                "",
                "scan@contoso.example",
                List.of(recipient.address()),
                2,
                100,
                "relay@contoso.example",
                "relay@contoso.example",
                Priority.NORMAL,
                1,
                null,
                "",
                "",
                "",
                "",
                null,
                false);
        return new MessageDetail(
                entry,
                "ESMTP",
                "7BIT",
                false,
                HeaderChanges.NONE,
                entry.id(),
                true,
                null,
                List.of(recipient, new RecipientEntry(1, "bob@contoso.example", "queued")),
                history);
    }
}
