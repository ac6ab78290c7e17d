package org.o365relay.sandbox.fault;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A fault to inject: an action at a point in the protocol, performed a limited number of times or every time.
///
/// @param times how many times the fault is injected, at least 1; [#ALWAYS] for no limit
/// @param match text that the command must contain, without regard to case, for example a recipient address;
///     empty to match every command. At [FaultPoint#EHLO], [FaultPoint#MAIL] and [FaultPoint#RCPT], the text is
///     searched for in the argument of the command; at [FaultPoint#AUTH], in the mechanism and user name
///     (`LOGIN relay@contoso.example`); at [FaultPoint#CONTENT], in the envelope, written as
///     `<from> <to> <to>`; at [FaultPoint#GRAPH], in the method and path (`POST /v1.0/users/…/sendMail`); at
///     [FaultPoint#TOKEN], in the method, the path and the name under which the request is counted, such as the
///     grant type (`POST /…/token client_credentials`). At [FaultPoint#CONNECT] and [FaultPoint#HANDSHAKE],
///     there is no command, and only an empty text matches
/// @param mx whether the fault applies to the MX instead of client submission
public record Fault(FaultPoint point, FaultAction action, int times, String match, boolean mx) {

    /// No limit on the number of times.
    public static final int ALWAYS = Integer.MAX_VALUE;

    private static final Pattern FORM = Pattern.compile(
            "(?<mx>(?i:mx-))?(?<point>[a-zA-Z]+)(?:/(?<match>[^:]+))?" + ":(?<action>.+?)(?:\\*(?<times>\\d{1,9}))?");

    public Fault {
        if (times < 1) {
            throw new IllegalArgumentException("a fault must occur at least once");
        }
        if (action instanceof FaultAction.DropAfterAccepting && point.isSmtp() && point != FaultPoint.CONTENT) {
            throw new IllegalArgumentException("drop-after-accepting is only allowed at content, token and graph");
        }
        if (action instanceof FaultAction.Reply && point == FaultPoint.HANDSHAKE) {
            throw new IllegalArgumentException("handshake cannot have a reply");
        }
        if (action instanceof FaultAction.Aadsts && point != FaultPoint.TOKEN) {
            throw new IllegalArgumentException("AADSTS errors are only allowed at token");
        }
        if (point.isSmtp() ? action instanceof FaultAction.Status : action instanceof FaultAction.Reply) {
            throw new IllegalArgumentException("SMTP points take a reply, token and graph take an HTTP status");
        }
        if (mx && !point.isSmtp()) {
            throw new IllegalArgumentException("there is no mx-" + point.name().toLowerCase(Locale.ROOT));
        }
    }

    public Fault(FaultPoint point, FaultAction action, int times, String match) {
        this(point, action, times, match, false);
    }

    public Fault(FaultPoint point, FaultAction action, int times) {
        this(point, action, times, "");
    }

    /// Parses `[mx-]POINT[/TEXT]:ACTION[*TIMES]`, the syntax of `--fault` and of scenario files.
    ///
    /// The action is `delay 3s` (units ms, s, m), `drop` or `hang`; at content, token and graph, it can also be
    /// `drop-after-accepting`; at an SMTP point other than handshake, a reply (`451 4.7.0 Try again`); at
    /// token, an error such as `AADSTS7000215`; at token and graph, an HTTP status with optional details
    /// (`429 retry-after 5 ApplicationThrottled Too much`, `503-after-accepting`). The prefix `mx-` selects the
    /// MX. `TEXT`, which must not contain a colon, limits the fault to commands that contain it. Without
    /// `*TIMES`, the fault is injected every time.
    ///
    /// @throws IllegalArgumentException with a message for the user if the text is not a valid fault
    public static Fault parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("not of the form POINT:ACTION*TIMES: " + text);
        }
        String times = form.group("times");
        FaultPoint point = point(form.group("point"));
        return new Fault(
                point,
                FaultActionSyntax.parse(point, form.group("action").strip()),
                times == null ? ALWAYS : Integer.parseInt(times),
                Optional.ofNullable(form.group("match")).orElse(""),
                form.group("mx") != null);
    }

    boolean matches(FaultPoint reached, boolean atMx, String command) {
        return point == reached
                && mx == atMx
                && command.toLowerCase(Locale.ROOT).contains(match.toLowerCase(Locale.ROOT));
    }

    Fault afterOneUse() {
        return times == ALWAYS ? this : new Fault(point, action, times - 1, match, mx);
    }

    /// @return the fault in the syntax of [#parse(String)]
    @Override
    public String toString() {
        String scope = match.isEmpty() ? "" : "/" + match;
        String count = times == ALWAYS ? "" : "*" + times;
        return (mx ? "mx-" : "") + point.name().toLowerCase(Locale.ROOT) + scope + ":"
                + FaultActionSyntax.format(action) + count;
    }

    private static FaultPoint point(String name) {
        return Stream.of(FaultPoint.values())
                .filter(point -> point.name().equalsIgnoreCase(name))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("unknown point \"" + name
                        + "\"; known points are connect, ehlo, starttls, handshake, auth, mail, rcpt, data, content, quit,"
                        + " token, graph"));
    }
}
