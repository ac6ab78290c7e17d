package org.o365relay.daemon.control;

import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.RelayStatus.Rate;
import org.o365relay.RelayStatus.Running;
import org.o365relay.alert.Alert;
import org.o365relay.deliver.MailboxStatus;

/// The relay at a glance, as JSON.
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
                        .with("started-at", running.startedAt())
                        .with("listeners", running.listeners())
                        .with("lanes", running.lanes(), StatusJson::of)
                        .with("rates", running.rates(), StatusJson::of)
                        .with("alerts", running.alerts(), StatusJson::of);
    }

    private static Running running(JsonObject json) {
        return new Running(
                json.text("version"),
                json.number("pid"),
                json.time("started-at"),
                json.texts("listeners"),
                json.objects("lanes", StatusJson::lane),
                json.objects("rates", StatusJson::rate),
                json.objects("alerts", StatusJson::alert));
    }

    static JsonObject of(MailboxStatus lane) {
        return new JsonObject()
                .with("mailbox", lane.mailbox())
                .with("state", lane.state())
                .with("since", lane.since())
                .with("road", lane.upstream())
                .with("reply", lane.reply())
                .with("reason", lane.reason())
                .with("advice", lane.advice())
                .with("next-try", lane.nextTry())
                .with("delivering", lane.delivering());
    }

    private static MailboxStatus lane(JsonObject json) {
        return new MailboxStatus(
                json.text("mailbox"),
                json.constant("state", MailboxStatus.State.class),
                json.timeOrNull("since"),
                json.text("road"),
                json.text("reply"),
                json.text("reason"),
                json.text("advice"),
                json.timeOrNull("next-try"),
                json.count("delivering"));
    }

    private static JsonObject of(Rate rate) {
        return new JsonObject()
                .with("event", rate.event())
                .with("last-minute", rate.lastMinute())
                .with("last-hour", rate.lastHour())
                .with("last-day", rate.lastDay());
    }

    private static Rate rate(JsonObject json) {
        return new Rate(
                json.text("event"), json.number("last-minute"), json.number("last-hour"), json.number("last-day"));
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
                .with("floor", disk.floor())
                .with("used", disk.used())
                .with("maximum", disk.maximum());
    }

    private static Disk disk(JsonObject json) {
        return new Disk(json.number("free"), json.number("floor"), json.number("used"), json.number("maximum"));
    }
}
