package org.o365relay.daemon.control;

import org.o365relay.mail.Priority;
import org.o365relay.queue.Event;
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
        return new Page(json.objects("messages", MessageJson::line), json.idOrNull("next"));
    }

    static JsonObject of(MessageEntry line) {
        return new JsonObject()
                .with("id", line.id())
                .with("state", line.state())
                .with("receivedAt", line.receivedAt())
                .with("client", line.client())
                .with("helo", line.helo())
                .with("sender", line.sender())
                .with("recipients", line.recipients())
                .with("recipientCount", line.recipientCount())
                .with("size", line.size())
                .with("route", line.route())
                .with("mailbox", line.mailbox())
                .with("priority", line.priority())
                .with("attempts", line.attempts())
                .with("dueAt", line.dueAt())
                .with("reason", line.reason())
                .with("subject", line.subject())
                .with("messageId", line.messageId())
                .with("settledAt", line.settledAt())
                .with("notice", line.notice());
    }

    private static MessageEntry line(JsonObject json) {
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
                line(json.object("message")),
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

    private static JsonObject of(Event event) {
        return new JsonObject()
                .with("at", event.at())
                .with("recipient", event.recipient())
                .with("kind", event.kind())
                .with("upstream", event.upstream())
                .with("detail", event.detail())
                .with("reason", event.reason())
                .with("uncertain", event.uncertain());
    }

    private static Event event(JsonObject json) {
        return new Event(
                json.time("at"),
                json.has("recipient") ? (Integer) json.count("recipient") : null,
                json.text("kind"),
                json.text("upstream"),
                json.text("detail"),
                json.text("reason"),
                json.bool("uncertain"));
    }
}
