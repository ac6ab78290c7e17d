package org.o365relay.daemon.control;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.deliver.MailboxStatus;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSummary;

/// What there is to see, as JSON (RFC 8259): what commands print with `--json`, and what a relay answers. ASCII, on
/// one line. Members are only ever added, in any order; who reads it must bear with new ones.
///
/// - Times are ISO 8601 in UTC, `2026-11-21T18:25:09.123Z`; sizes octets; ids and addresses text; constants in small
///   letters with hyphens. What there is not is `null`; a text that is empty says the same as in the record's
///   description.
/// - [QueueSummary]: `at`, `open`, `states` (`queued`, `deferred`, `delivering`, `held`: how many), `oldest`,
/// `oldest-at`,
///   `next-due`, and `mailboxes`, `clients` and `reasons`: each a list of `name`, `messages`, `oldest`.
/// - [Page]: `messages`, `next`. A message: `id`, `state`, `received-at`, `client`, `helo`, `sender`, `recipients`
///   (the first few), `recipient-count`, `size`, `route`, `lane`, `priority`, `attempts`, `due-at`, `reason`,
///   `subject`, `message-id`, `settled-at`, `notice`.
/// - [MessageDetail]: `message` (as above), `protocol`, `body`, `smtp-utf8`, `content`, `has-content`, `recipients`
///   (all: `ordinal`, `address`, `state`), `events` (`at`, `recipient`: an ordinal, `kind`, `upstream`, `detail`,
/// `reason`,
///   `uncertain`).
/// - [ChangeResult]: `changed`, `passed-over`, `stopped`, and `selected`: how many messages were meant.
/// - [MailboxStatus]: `mailbox`, `state`, `since`, `road`, `reply`, `reason`, `advice`, `next-try`, `delivering`.
/// - [RelayStatus]: `at`, `running` (`version`, `pid`, `started-at`, `listeners`, `lanes`, `rates`: `event`,
///   `last-minute`, `last-hour`, `last-day`; `alerts`: `name`, `since`, `subject`, `text`, `advice`), `queue` (an
///   overview), `disk` (`free`, `floor`, `used`, `maximum`).
public final class ControlJson {

    private ControlJson() {}

    public static String text(QueueSummary overview) {
        return SummaryJson.of(overview).toString();
    }

    public static String text(Page page) {
        return MessageJson.of(page).toString();
    }

    public static String text(MessageDetail message) {
        return MessageJson.of(message).toString();
    }

    /// @param next where the next page begins; null if this is the last
    public static String text(List<MessageDetail> messages, @Nullable QueueId next) {
        return new JsonObject()
                .with("messages", messages, MessageJson::of)
                .with("next", next)
                .toString();
    }

    /// @param selected how many messages were meant
    public static String text(long selected, ChangeResult effect) {
        return ChangeJson.of(effect).with("selected", selected).toString();
    }

    public static String text(RelayStatus status) {
        return StatusJson.of(status).toString();
    }

    /// @return an array, a line for each lane
    public static String lanes(List<MailboxStatus> lanes) {
        return array(lanes.stream().map(lane -> StatusJson.of(lane).toString()).toList());
    }

    private static String array(List<String> elements) {
        return elements.isEmpty() ? "[]" : elements.stream().collect(Collectors.joining(",\n  ", "[\n  ", "\n]"));
    }
}
