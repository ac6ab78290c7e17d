package org.o365relay.daemon.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.Priority;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.MessageEntry;

/// Describes a message in full: envelope, state and history.
public record MessageReport(Layout layout, ReasonTexts reasonTexts, DeviceNames deviceNames) {

    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");

    private static final int INDENT = 2;
    private static final int COLUMN = 14;

    public List<String> lines(MessageDetail message, WaitReasons waits) {
        MessageEntry entry = message.entry();
        List<String> lines = new ArrayList<>();
        lines.add(entry.id() + "  " + state(entry));
        add(lines, "waits for", waits.of(message).map(WaitReason::text).orElse(""));
        add(lines, "received", received(message));
        add(lines, "from", sender(entry));
        String label = "to";
        for (RecipientEntry recipient : message.recipients()) {
            lines.addAll(layout.labelled(INDENT, COLUMN, label, recipient(message, recipient)));
            label = "";
        }
        add(lines, "subject", entry.subject());
        add(lines, "rules", changes(message.changes()));
        add(lines, "message-id", messageId(message));
        add(lines, "size", Amounts.octets(entry.size()) + content(message));
        add(
                lines,
                "mailbox",
                entry.mailbox() + (entry.route().equals(entry.mailbox()) ? "" : " (pool " + entry.route() + ")"));
        add(lines, "priority", entry.priority() == Priority.URGENT ? "urgent" : "");
        lines.add("");
        lines.add("History:");
        lines.addAll(events(message));
        return lines;
    }

    private void add(List<String> lines, String label, String text) {
        lines.addAll(layout.labelled(INDENT, COLUMN, label, TerminalText.text(text)));
    }

    private String state(MessageEntry entry) {
        Instant settled = entry.settledAt();
        String attempts = entry.attempts() == 0 ? "" : "; " + Amounts.of(entry.attempts(), "attempt");
        String when = settled == null
                ? ""
                : ", " + layout.times().of(settled) + " (" + layout.times().relative(settled) + ")";
        return StateTexts.of(entry.state()) + when + attempts;
    }

    private String received(MessageDetail message) {
        MessageEntry entry = message.entry();
        String when = layout.times().withSeconds(entry.receivedAt()) + " ("
                + layout.times().relative(entry.receivedAt()) + ")";
        if (entry.notice()) {
            return when + ", created by the relay";
        }
        String helo = entry.helo().isEmpty() ? "" : ", HELO " + entry.helo();
        return when + " from " + deviceNames.named(entry.client()) + helo + ", by " + message.protocol();
    }

    private static String sender(MessageEntry entry) {
        return entry.sender().isEmpty() ? "<> (no notice on failure)" : entry.sender();
    }

    private static String changes(HeaderChanges changes) {
        List<String> parts = new ArrayList<>();
        if (!changes.redirected().isEmpty()) {
            String from =
                    changes.redirected().stream().map(EmailAddress::toString).collect(Collectors.joining(", "));
            parts.add("redirected from " + from
                    + (changes.moreRedirected() == 0 ? "" : " and " + changes.moreRedirected() + " more"));
        }
        if (changes.fromName() != null) {
            parts.add("from-name \"" + changes.fromName() + '"');
        }
        if (changes.replyTo() != null) {
            parts.add("reply-to " + changes.replyTo());
        }
        if (changes.subjectPrefix() != null) {
            parts.add("subject-prefix \"" + changes.subjectPrefix() + '"');
        }
        if (changes.addedRecipient() != null) {
            parts.add("add-recipient " + changes.addedRecipient());
        }
        return String.join(", ", parts);
    }

    private static String messageId(MessageDetail message) {
        MessageEntry entry = message.entry();
        if (entry.newMessageId().isEmpty()) {
            return entry.messageId();
        }
        String reason = isResent(message) ? "used by the original message" : "used before with different content";
        return entry.messageId() + ", " + reason + "; sent as " + entry.newMessageId();
    }

    private static boolean isResent(MessageDetail message) {
        return message.events().stream()
                .anyMatch(
                        event -> event.kind().equals("resent") && event.detail().startsWith("from "));
    }

    private String recipient(MessageDetail message, RecipientEntry recipient) {
        String outcome = new RecipientTexts(layout.times()).of(message, recipient);
        return TerminalText.text(recipient.address()) + "  " + TerminalText.text(outcome);
    }

    private String content(MessageDetail message) {
        if (!message.hasContent()) {
            return ", content no longer available";
        }
        Instant until = message.contentUntil();
        String kept = until == null
                ? ""
                : ", content kept until " + layout.times().of(until) + " at the latest (queue.keep-content)";
        return message.content().equals(message.entry().id())
                ? kept
                : kept + ", content shared with " + message.content();
    }

    private List<String> events(MessageDetail message) {
        List<String> lines = new ArrayList<>();
        List<HistoryEntry> events = message.events();
        int from = 0;
        while (from < events.size()) {
            int to = from + 1;
            while (to < events.size() && isSame(events.get(from), events.get(to))) {
                to++;
            }
            lines.addAll(event(message, events.subList(from, to)));
            from = to;
        }
        if (lines.isEmpty()) {
            lines.add("  no events since the message was received");
        }
        return lines;
    }

    /// The same event for several recipients is shown once.
    private static boolean isSame(HistoryEntry one, HistoryEntry other) {
        return one.kind().equals(other.kind())
                && one.at().equals(other.at())
                && one.upstream().equals(other.upstream())
                && one.detail().equals(other.detail());
    }

    private List<String> event(MessageDetail message, List<HistoryEntry> same) {
        HistoryEntry event = same.getFirst();
        List<String> lines = new ArrayList<>();
        String recipients = recipientsOf(message, same);
        String upstream = event.upstream().isEmpty() ? "" : " via " + event.upstream();
        lines.add(TerminalText.text(
                "  " + layout.times().withSeconds(event.at()) + "  " + EventTexts.of(event) + recipients + upstream));
        boolean isReply = EventTexts.isReply(event) && !isOperatorBounce(message, event);
        addDetail(lines, isReply ? "reply" : "note", isReply ? event.detail() : local(event.detail()));
        ReasonText meaning = isOperatorBounce(message, event)
                ? ReasonText.UNKNOWN
                : reasonTexts.of(event.reason(), message.entry().mailbox());
        addDetail(lines, "cause", meaning.cause());
        addDetail(lines, "advice", meaning.advice());
        if (event.kind().equals("delivered")) {
            addDetail(lines, "trace id", UpstreamId.in(event.detail()).orElse(""));
        }
        addDetail(lines, "warning", EventTexts.isUncertain(event, message) ? EventTexts.POSSIBLE_DUPLICATE : "");
        return lines;
    }

    /// @return whether the event is a failure because an operator bounced the message; such an event has no
    ///     reply from the upstream and no cause to explain
    private static boolean isOperatorBounce(MessageDetail message, HistoryEntry event) {
        return event.kind().equals("failed")
                && event.reason().equals("relay")
                && message.events().stream().anyMatch(other -> other.kind().equals("bounced"));
    }

    /// Converts UTC times in a note written by the relay to local time.
    private String local(String note) {
        return TIME.matcher(note).replaceAll(time -> layout.times().withSeconds(Instant.parse(time.group())));
    }

    private void addDetail(List<String> lines, String label, String text) {
        lines.addAll(layout.labelled(6, COLUMN + 2, label, TerminalText.text(text)));
    }

    private static String recipientsOf(MessageDetail message, List<HistoryEntry> same) {
        List<Integer> ordinals = same.stream()
                .map(HistoryEntry::recipient)
                .filter(Objects::nonNull)
                .toList();
        if (ordinals.isEmpty()
                || (ordinals.size() > 1
                        && ordinals.size() == message.recipients().size())) {
            return "";
        }
        return " "
                + message.recipients().stream()
                        .filter(recipient -> ordinals.contains(recipient.ordinal()))
                        .map(RecipientEntry::address)
                        .collect(Collectors.joining(", "));
    }
}
