package org.o365relay.daemon.sandbox;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Trouble to come: this action at this step, so many times.
///
/// @param times how often it happens before it is used up, at least 1; [#ALWAYS] for every time
/// @param match it happens only for commands that contain this text, without regard to case, such as one
///     recipient's address; empty for all. At [FaultPoint#CONTENT] it is looked for in the envelope, written as
///     `<from> <to> <to>`; at [FaultPoint#TOKEN] in the path and the grant, `POST /…/token client_credentials`; at
///     [FaultPoint#GRAPH] in the path, `POST /v1.0/users/…/sendMail`
/// @param mx whether it happens at the MX instead of at client submission
public record Fault(FaultPoint point, FaultAction action, int times, String match, boolean mx) {

    /// Every time.
    public static final int ALWAYS = Integer.MAX_VALUE;

    private static final Pattern FORM = Pattern.compile(
            "(?<mx>(?i:mx-))?(?<step>[a-zA-Z]+)(?:/(?<where>[^:]+))?" + ":(?<action>.+?)(?:\\*(?<times>\\d{1,9}))?");

    public Fault {
        if (times < 1) {
            throw new IllegalArgumentException("a fault happens at least once");
        }
        if (action instanceof FaultAction.DropAfterAccepting && point.isSmtp() && point != FaultPoint.CONTENT) {
            throw new IllegalArgumentException("drop-after-accepting is only for the step content");
        }
        if (action instanceof FaultAction.Reply && point == FaultPoint.HANDSHAKE) {
            throw new IllegalArgumentException("there is no reply in a TLS handshake");
        }
        if (action instanceof FaultAction.Aadsts && point != FaultPoint.TOKEN) {
            throw new IllegalArgumentException("AADSTS errors are only for the step token");
        }
        if (point.isSmtp() ? action instanceof FaultAction.Status : action instanceof FaultAction.Reply) {
            throw new IllegalArgumentException("a reply is for SMTP, a status for token and graph");
        }
        if (mx && !point.isSmtp()) {
            throw new IllegalArgumentException(
                    "the MX has no step " + point.name().toLowerCase(Locale.ROOT));
        }
    }

    public Fault(FaultPoint step, FaultAction action, int times, String where) {
        this(step, action, times, where, false);
    }

    public Fault(FaultPoint step, FaultAction action, int times) {
        this(step, action, times, "");
    }

    /// Reads the form of the command line: `step:action`, `step:action*times` or `step/text:action*times`.
    ///
    /// The action is `delay 3s` (ms, s, m), `drop`, `drop-after-accepting`, `hang`; in SMTP a reply
    /// (`451 4.7.0 Try again`); for token `AADSTS7000215`; for token and graph a status with what may follow it
    /// (`429 retry-after 5 ApplicationThrottled Too much`, `503-after-accepting`). `mx-` before an SMTP step means
    /// the MX. Without `*times` it happens every time.
    ///
    /// @throws IllegalArgumentException saying what is wrong
    public static Fault parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("not of the form step:action*times: " + text);
        }
        String times = form.group("times");
        FaultPoint step = point(form.group("step"));
        return new Fault(
                step,
                FaultActionSyntax.parse(step, form.group("action").strip()),
                times == null ? ALWAYS : Integer.parseInt(times),
                Optional.ofNullable(form.group("where")).orElse(""),
                form.group("mx") != null);
    }

    boolean matches(FaultPoint reached, boolean atMx, String command) {
        return point == reached
                && mx == atMx
                && command.toLowerCase(Locale.ROOT).contains(match.toLowerCase(Locale.ROOT));
    }

    Fault withOneUsed() {
        return times == ALWAYS ? this : new Fault(point, action, times - 1, match, mx);
    }

    /// @return the form that [#parse(String)] reads
    @Override
    public String toString() {
        String scope = match.isEmpty() ? "" : "/" + match;
        String count = times == ALWAYS ? "" : "*" + times;
        return (mx ? "mx-" : "") + point.name().toLowerCase(Locale.ROOT) + scope + ":"
                + FaultActionSyntax.format(action) + count;
    }

    private static FaultPoint point(String name) {
        return Stream.of(FaultPoint.values())
                .filter(step -> step.name().equalsIgnoreCase(name))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("no step \"" + name
                        + "\"; there are connect, ehlo, starttls, handshake, auth, mail, rcpt, data, content, quit,"
                        + " token, graph"));
    }
}
