package org.o365relay.daemon.sandbox;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Trouble to come: this action at this step, so many times.
///
/// @param times how often it happens before it is used up, at least 1; [#ALWAYS] for every time
/// @param where it happens only for commands that contain this text, without regard to case, such as one
///     recipient's address; empty for all. At [Step#CONTENT] it is looked for in the envelope, written as
///     `<from> <to> <to>`
public record Fault(Step step, Action action, int times, String where) {

    /// Every time.
    public static final int ALWAYS = Integer.MAX_VALUE;

    private static final Pattern FORM =
            Pattern.compile("(?<step>[a-zA-Z]+)(?:/(?<where>[^:]+))?:(?<action>.+?)(?:\\*(?<times>\\d{1,9}))?");
    private static final Pattern DELAY = Pattern.compile("delay (?<count>\\d{1,9})(?<unit>ms|s|m)");

    public Fault {
        if (times < 1) {
            throw new IllegalArgumentException("a fault happens at least once");
        }
        if (action instanceof Action.DropAfterAccepting && step != Step.CONTENT) {
            throw new IllegalArgumentException("drop-after-accepting is only for the step content");
        }
        if (action instanceof Action.Reply && step == Step.HANDSHAKE) {
            throw new IllegalArgumentException("there is no reply in a TLS handshake");
        }
    }

    public Fault(Step step, Action action, int times) {
        this(step, action, times, "");
    }

    /// Reads the form of the command line: `step:action`, `step:action*times` or `step/text:action*times`.
    ///
    /// The action is a reply (`451 4.7.0 Try again`), `delay 3s` (ms, s, m), `drop`, `drop-after-accepting` or
    /// `hang`. Without `*times` it happens every time.
    ///
    /// @throws IllegalArgumentException saying what is wrong
    public static Fault parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("not of the form step:action*times: " + text);
        }
        String times = form.group("times");
        return new Fault(
                step(form.group("step")),
                action(form.group("action").strip()),
                times == null ? ALWAYS : Integer.parseInt(times),
                Optional.ofNullable(form.group("where")).orElse(""));
    }

    boolean concerns(Step reached, String command) {
        return step == reached && command.toLowerCase(Locale.ROOT).contains(where.toLowerCase(Locale.ROOT));
    }

    Fault used() {
        return times == ALWAYS ? this : new Fault(step, action, times - 1, where);
    }

    /// @return the form that [#parse(String)] reads
    @Override
    public String toString() {
        String scope = where.isEmpty() ? "" : "/" + where;
        String count = times == ALWAYS ? "" : "*" + times;
        return step.name().toLowerCase(Locale.ROOT) + scope + ":" + written(action) + count;
    }

    private static String written(Action action) {
        return switch (action) {
            case Action.Reply(String text) -> text;
            case Action.Delay(Duration time) -> "delay " + time.toMillis() + "ms";
            case Action.Drop() -> "drop";
            case Action.DropAfterAccepting() -> "drop-after-accepting";
            case Action.Hang() -> "hang";
        };
    }

    private static Step step(String name) {
        return Stream.of(Step.values())
                .filter(step -> step.name().equalsIgnoreCase(name))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("no step \"" + name
                        + "\"; there are connect, ehlo, starttls, handshake, auth, mail, rcpt, data, content, quit"));
    }

    private static Action action(String text) {
        return switch (text) {
            case "drop" -> new Action.Drop();
            case "drop-after-accepting" -> new Action.DropAfterAccepting();
            case "hang" -> new Action.Hang();
            default -> text.startsWith("delay") ? delay(text) : new Action.Reply(text);
        };
    }

    private static Action delay(String text) {
        Matcher delay = DELAY.matcher(text);
        if (!delay.matches()) {
            throw new IllegalArgumentException("a delay is written like \"delay 3s\" (ms, s, m), not: " + text);
        }
        long count = Long.parseLong(delay.group("count"));
        return new Action.Delay(
                switch (delay.group("unit")) {
                    case "ms" -> Duration.ofMillis(count);
                    case "s" -> Duration.ofSeconds(count);
                    default -> Duration.ofMinutes(count);
                });
    }
}
