package org.o365relay.daemon.control;

import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.RelayStatus.Rate;
import org.o365relay.RelayStatus.Running;
import org.o365relay.alert.Alert;
import org.o365relay.deliver.health.MailboxStatus;

/// The status of the relay as JSON.
final class StatusJson {

    private StatusJson() {}

    static JsonObject of(RelayStatus status) {
        return new JsonObject()
                .with("at", status.at())
                .with("running", of(status.running()))
                .with("queue", SummaryJson.of(status.queue()))
                .with("disk", of(status.disk()));
    }

    static RelayStatus read(JsonObject json) {
        return new RelayStatus(
                json.time("at"),
                json.has("running") ? running(json.object("running")) : null,
                SummaryJson.read(json.object("queue")),
                disk(json.object("disk")));
    }

    private static @Nullable JsonObject of(@Nullable Running running) {
        return running == null
                ? null
                : new JsonObject()
                        .with("version", running.version())
                        .with("pid", running.pid())
                        .with("startedAt", running.startedAt())
                        .with("listeners", running.listeners())
                        .with("mailboxes", running.mailboxes(), StatusJson::of)
                        .with("rates", running.rates(), StatusJson::of)
                        .with("alerts", running.alerts(), StatusJson::of);
    }

    private static Running running(JsonObject json) {
        return new Running(
                json.text("version"),
                json.number("pid"),
                json.time("startedAt"),
                json.texts("listeners"),
                json.objects("mailboxes", StatusJson::mailbox),
                json.objects("rates", StatusJson::rate),
                json.objects("alerts", StatusJson::alert));
    }

    static JsonObject of(MailboxStatus mailbox) {
        return new JsonObject()
                .with("mailbox", mailbox.mailbox())
                .with("state", mailbox.state())
                .with("since", mailbox.since())
                .with("upstream", mailbox.upstream())
                .with("reply", mailbox.reply())
                .with("cause", mailbox.reason())
                .with("advice", mailbox.advice())
                .with("nextProbeAt", mailbox.nextProbe())
                .with("delivering", mailbox.delivering());
    }

    private static MailboxStatus mailbox(JsonObject json) {
        return new MailboxStatus(
                json.text("mailbox"),
                json.constant("state", MailboxStatus.State.class),
                json.timeOrNull("since"),
                json.text("upstream"),
                json.text("reply"),
                json.text("cause"),
                json.text("advice"),
                json.timeOrNull("nextProbeAt"),
                json.count("delivering"));
    }

    private static JsonObject of(Rate rate) {
        return new JsonObject()
                .with("event", rate.event())
                .with("lastMinute", rate.lastMinute())
                .with("lastHour", rate.lastHour())
                .with("lastDay", rate.lastDay());
    }

    private static Rate rate(JsonObject json) {
        return new Rate(json.text("event"), json.number("lastMinute"), json.number("lastHour"), json.number("lastDay"));
    }

    private static JsonObject of(Alert alert) {
        return new JsonObject()
                .with("name", alert.name())
                .with("since", alert.since())
                .with("subject", alert.subject())
                .with("text", alert.text())
                .with("advice", alert.advice());
    }

    private static Alert alert(JsonObject json) {
        return new Alert(
                json.text("name"), json.time("since"), json.text("subject"), json.text("text"), json.text("advice"));
    }

    private static JsonObject of(Disk disk) {
        return new JsonObject()
                .with("free", disk.free())
                .with("minimumFree", disk.minimumFree())
                .with("used", disk.used())
                .with("maximum", disk.maximum());
    }

    private static Disk disk(JsonObject json) {
        return new Disk(json.number("free"), json.number("minimumFree"), json.number("used"), json.number("maximum"));
    }
}
