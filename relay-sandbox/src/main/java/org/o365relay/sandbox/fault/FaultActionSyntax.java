package org.o365relay.sandbox.fault;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Parses and formats the action part of a [Fault].
final class FaultActionSyntax {

    private static final Pattern DELAY = Pattern.compile("delay (?<count>\\d{1,9})(?<unit>ms|s|m)");
    private static final Pattern AADSTS = Pattern.compile("AADSTS(?<number>\\d{4,9})");
    private static final Pattern STATUS = Pattern.compile("(?<status>\\d{3})(?<after>-after-accepting)?"
            + "(?: retry-after (?<seconds>\\d{1,6}))?(?: (?<code>\\w+))?(?: (?<message>.+))?");

    private FaultActionSyntax() {}

    /// @throws IllegalArgumentException with a message for the user if the text is not a valid action
    static FaultAction parse(FaultPoint point, String text) {
        return switch (text) {
            case "drop" -> new FaultAction.Drop();
            case "drop-after-accepting" -> new FaultAction.DropAfterAccepting();
            case "hang" -> new FaultAction.Hang();
            default -> text.startsWith("delay") ? parseDelay(text) : parseReply(point, text);
        };
    }

    private static FaultAction parseReply(FaultPoint point, String text) {
        if (point.isSmtp()) {
            return new FaultAction.Reply(text);
        }
        Matcher error = AADSTS.matcher(text);
        return error.matches() ? new FaultAction.Aadsts(Integer.parseInt(error.group("number"))) : parseStatus(text);
    }

    private static FaultAction parseStatus(String text) {
        Matcher form = STATUS.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("not an HTTP status such as \"503\","
                    + " \"429 retry-after 5 ApplicationThrottled\" or \"503-after-accepting\", and not an AADSTS number: "
                    + text);
        }
        String seconds = form.group("seconds");
        return new FaultAction.Status(
                Integer.parseInt(form.group("status")),
                form.group("after") != null,
                seconds == null ? null : Integer.valueOf(seconds),
                Optional.ofNullable(form.group("code")).orElse(""),
                Optional.ofNullable(form.group("message")).orElse(""));
    }

    private static FaultAction parseDelay(String text) {
        Matcher delay = DELAY.matcher(text);
        if (!delay.matches()) {
            throw new IllegalArgumentException("not a delay such as \"delay 3s\" (units ms, s, m): " + text);
        }
        long count = Long.parseLong(delay.group("count"));
        return new FaultAction.Delay(
                switch (delay.group("unit")) {
                    case "ms" -> Duration.ofMillis(count);
                    case "s" -> Duration.ofSeconds(count);
                    default -> Duration.ofMinutes(count);
                });
    }

    /// @return the action in the syntax of [#parse(FaultPoint, String)]
    static String format(FaultAction action) {
        return switch (action) {
            case FaultAction.Reply(String text) -> text;
            case FaultAction.Status status -> format(status);
            case FaultAction.Aadsts(int number) -> "AADSTS" + number;
            case FaultAction.Delay(Duration time) -> "delay " + time.toMillis() + "ms";
            case FaultAction.Drop() -> "drop";
            case FaultAction.DropAfterAccepting() -> "drop-after-accepting";
            case FaultAction.Hang() -> "hang";
        };
    }

    private static String format(FaultAction.Status status) {
        return status.status()
                + (status.afterAccepting() ? "-after-accepting" : "")
                + (status.retryAfter() == null ? "" : " retry-after " + status.retryAfter())
                + (status.code().isEmpty() ? "" : " " + status.code())
                + (status.message().isEmpty() ? "" : " " + status.message());
    }
}
