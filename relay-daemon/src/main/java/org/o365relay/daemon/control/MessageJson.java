package org.o365relay.daemon.control;

import org.o365relay.mail.Priority;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;

/// Messages as JSON.
final class MessageJson {

    private MessageJson() {}

    static JsonObject of(Page page) {
        return new JsonObject()
                .with("messages", page.entries(), MessageJson::of)
                .with("next", page.next());
    }

    static Page page(JsonObject json) {
        return new Page(json.objects("messages", MessageJson::entry), json.idOrNull("next"));
    }

    static JsonObject of(MessageEntry entry) {
        return new JsonObject()
                .with("id", entry.id())
                .with("state", entry.state())
                .with("receivedAt", entry.receivedAt())
                .with("client", entry.client())
                .with("helo", entry.helo())
                .with("sender", entry.sender())
                .with("recipients", entry.recipients())
                .with("recipientCount", entry.recipientCount())
                .with("size", entry.size())
                .with("route", entry.route())
                .with("mailbox", entry.mailbox())
                .with("priority", entry.priority())
                .with("attempts", entry.attempts())
                .with("dueAt", entry.dueAt())
                .with("reason", entry.reason())
                .with("subject", entry.subject())
                .with("messageId", entry.messageId())
                .with("settledAt", entry.settledAt())
                .with("notice", entry.notice());
    }

    private static MessageEntry entry(JsonObject json) {
        return new MessageEntry(
                json.id("id"),
                json.constant("state", MessageState.class),
                json.time("receivedAt"),
                json.text("client"),
                json.text("helo"),
                json.text("sender"),
                json.texts("recipients"),
                json.count("recipientCount"),
                json.number("size"),
                json.text("route"),
                json.text("mailbox"),
                json.constant("priority", Priority.class),
                json.count("attempts"),
                json.timeOrNull("dueAt"),
                json.text("reason"),
                json.text("subject"),
                json.text("messageId"),
                json.timeOrNull("settledAt"),
                json.bool("notice"));
    }

    static JsonObject of(MessageDetail detail) {
        return new JsonObject()
                .with("message", of(detail.entry()))
                .with("protocol", detail.protocol())
                .with("body", detail.body())
                .with("smtpUtf8", detail.smtpUtf8())
                .with("content", detail.content())
                .with("hasContent", detail.hasContent())
                .with("recipients", detail.recipients(), MessageJson::of)
                .with("events", detail.events(), MessageJson::of);
    }

    static MessageDetail detail(JsonObject json) {
        return new MessageDetail(
                entry(json.object("message")),
                json.text("protocol"),
                json.text("body"),
                json.bool("smtpUtf8"),
                json.id("content"),
                json.bool("hasContent"),
                json.objects("recipients", MessageJson::recipient),
                json.objects("events", MessageJson::event));
    }

    private static JsonObject of(RecipientEntry recipient) {
        return new JsonObject()
                .with("ordinal", recipient.ordinal())
                .with("address", recipient.address())
                .with("state", recipient.state());
    }

    private static RecipientEntry recipient(JsonObject json) {
        return new RecipientEntry(json.count("ordinal"), json.text("address"), json.text("state"));
    }

    private static JsonObject of(HistoryEntry event) {
        return new JsonObject()
                .with("at", event.at())
                .with("recipient", event.recipient())
                .with("kind", event.kind())
                .with("upstream", event.upstream())
                .with("detail", event.detail())
                .with("reason", event.reason())
                .with("uncertain", event.uncertain());
    }

    private static HistoryEntry event(JsonObject json) {
        return new HistoryEntry(
                json.time("at"),
                json.has("recipient") ? (Integer) json.count("recipient") : null,
                json.text("kind"),
                json.text("upstream"),
                json.text("detail"),
                json.text("reason"),
                json.bool("uncertain"));
    }
}
