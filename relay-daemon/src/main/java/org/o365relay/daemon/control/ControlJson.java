package org.o365relay.daemon.control;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.MailboxProbes;
import org.o365relay.RelayStatus;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSummary;

/// The JSON (RFC 8259) that commands print with `--json` and that the relay sends over the control socket: ASCII, on
/// one line. Readers must ignore members they do not know; members are added, never renamed, and have no fixed order.
///
/// - Times are ISO 8601 in UTC, `2026-11-21T18:25:09.123Z`; sizes are in octets; IDs and addresses are strings;
///   constants are lower case with hyphens. An absent value is `null`; the record states what an empty string
///   means.
/// - [QueueSummary]: `at`, `open`, `states` (the number of `queued`, `deferred`, `delivering` and `held` messages),
///   `oldest`, `oldestAt`, `nextDueAt`, and `mailboxes`, `clients` and `reasons`, each a list of `name`, `messages`,
///   `oldest`.
/// - [Page]: `messages`, `next`. A message: `id`, `state`, `receivedAt`, `client`, `helo`, `sender`, `recipients`
///   (the first few), `recipientCount`, `size`, `route`, `mailbox`, `priority`, `attempts`, `dueAt`, `reason`,
///   `subject`, `messageId`, `settledAt`, `notice`.
/// - [MessageDetail]: `message` (as above), `protocol`, `body`, `smtpUtf8`, `content`, `hasContent`, `recipients`
///   (all: `ordinal`, `address`, `state`), `events` (`at`, `recipient` (an ordinal), `kind`, `upstream`, `detail`,
///   `reason`, `uncertain`).
/// - [ChangeResult]: `selected` (the number of messages selected), `changed`, `skipped`, `stopped`.
/// - [MailboxStatus]: `mailbox`, `state`, `since`, `upstream`, `reply`, `cause`, `advice`, `nextProbeAt`,
///   `delivering`.
/// - [MailboxProbes]: `changed` (whether a pause ended or anything is probed), `resumed`, `probes`: `upstream`,
///   `target` (`mailbox` if that is blocked, `upstream` if that is suspended), `cause`, `method` (`sign-in`,
///   `message`, `quota`), `waitsUntil` (when the relay's own quota has room again, if it is used up).
/// - [RelayStatus]: `at`, `running` (`version`, `pid`, `startedAt`, `listeners`, `mailboxes`, `rates`: `event`,
///   `lastMinute`, `lastHour`, `lastDay`; `alerts`: `name`, `since`, `subject`, `text`, `advice`), `queue` (a
///   summary), `disk` (`free`, `minimumFree`, `used`, `maximum`).
public final class ControlJson {

    private ControlJson() {}

    public static String text(QueueSummary summary) {
        return SummaryJson.of(summary).toString();
    }

    public static String text(Page page) {
        return MessageJson.of(page).toString();
    }

    public static String text(MessageDetail message) {
        return MessageJson.of(message).toString();
    }

    /// @param next queue ID of the first message of the next page; null on the last page
    public static String text(List<MessageDetail> messages, @Nullable QueueId next) {
        return new JsonObject()
                .with("messages", messages, MessageJson::of)
                .with("next", next)
                .toString();
    }

    /// @param selected number of messages selected
    public static String text(long selected, ChangeResult result) {
        return ChangeJson.of(result).with("selected", selected).toString();
    }

    public static String text(RelayStatus status) {
        return StatusJson.of(status).toString();
    }

    public static String text(MailboxProbes probes) {
        return ProbesJson.of(probes).toString();
    }

    /// @return an array, one line per mailbox
    public static String mailboxes(List<MailboxStatus> mailboxes) {
        return array(mailboxes.stream()
                .map(mailbox -> StatusJson.of(mailbox).toString())
                .toList());
    }

    private static String array(List<String> elements) {
        return elements.isEmpty() ? "[]" : elements.stream().collect(Collectors.joining(",\n  ", "[\n  ", "\n]"));
    }
}
