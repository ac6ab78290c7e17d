package org.o365relay.daemon;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.KnownReply.Kind;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.exchange.ReplySource;
import org.o365relay.exchange.ReplyStep;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.fault.FaultAction;
import org.o365relay.sandbox.fault.FaultPoint;

/// One example of the catalogue, said to a mailbox of its own, so that all can be tried at once.
///
/// @param hasFallback whether the mailbox has a fallback that works
record CatalogueCase(int number, KnownReply entry, Reply example, boolean hasFallback) {

    private static final Pattern ERROR = Pattern.compile("(?<code>[\\w ]+): (?<message>.*)");
    private static final Set<String> AT_MAIL = Set.of(
            "starttls-required",
            "not-authenticated",
            "own-mailbox-disabled",
            "old-tls",
            "bad-helo",
            "command-refused",
            "message-parameter-refused",
            "wrong-region",
            "sender-address-invalid",
            "server-tls-temporary",
            "server-tls-broken");
    private static final Set<String> AT_RCPT = Set.of(
            "relay-denied",
            "direct-send-denied",
            "too-many-recipients",
            "recipient-receives-too-much",
            "ip-reputation",
            "server-busy",
            "high-volume-external",
            "recipient-address-invalid",
            "recipient-unknown",
            "recipient-rejected",
            "recipient-restricted");

    /// What is seen of it.
    enum Effect {
        /// The message, or the recipient, gets no further, and its sender a notice.
        FAILED,
        /// The message, or the recipient, is tried again later.
        DEFERRED,
        /// The mailbox is tried again soon, without a word to anybody about what to do.
        UNREACHABLE,
        SLOWED,
        SWITCHED,
        PAUSED
    }

    /// Every example; what may go another way both where there is one and where there is none.
    static List<CatalogueCase> all() {
        List<CatalogueCase> all = new ArrayList<>();
        for (KnownReply entry : ReplyCatalogue.microsoft365().entries()) {
            if (entry.sources().getFirst() == ReplySource.NDR) {
                continue;
            }
            for (Reply example : entry.examples()) {
                if (isUnconfirmed(entry, example)) {
                    continue; // UnconfirmedGraphTest
                }
                CatalogueCase first = new CatalogueCase(all.size(), entry, example, true);
                all.add(first);
                if (first.effect() == Effect.SWITCHED) {
                    all.add(new CatalogueCase(all.size(), entry, example, false));
                }
            }
        }
        return all;
    }

    /// Whether Graph, or a gateway before it, may have sent the message: then the reply is `graph-timeout`,
    /// whatever it says.
    private static boolean isUnconfirmed(KnownReply entry, Reply example) {
        return entry.sources().getFirst() == ReplySource.GRAPH
                && List.of(502, 504).contains(example.code())
                && !entry.name().equals("graph-timeout");
    }

    String address() {
        return box() + "@contoso.example";
    }

    String sender() {
        return "device-%03d@mfp.contoso.example".formatted(number);
    }

    String tenant() {
        return box() + ".example";
    }

    /// Whom the refusal is about, if it is about a recipient.
    String recipient() {
        return "to" + atExample();
    }

    String otherRecipient() {
        return "also" + atExample();
    }

    String message() {
        return "From: " + sender() + "\r\nSubject: hello\r\n\r\ntext\r\n";
    }

    /// @return how many the mailbox has at first
    int connections() {
        return source() == ReplySource.GRAPH ? 4 : 2;
    }

    ReplySource source() {
        return entry.sources().getFirst();
    }

    private String box() {
        return "box-%03d".formatted(number);
    }

    private String atExample() {
        return "-%03d@example.org".formatted(number);
    }

    String advice() {
        return entry.adviceFor(EmailAddress.parse(address()).orElseThrow());
    }

    /// @return whether it is the relay itself that says this
    boolean isOurOwn() {
        return entry.name().equals("login-missing") || entry.name().equals("key-unusable");
    }

    boolean isAboutRecipient() {
        return step() == FaultPoint.RCPT && entry.kind() != Kind.UPSTREAM;
    }

    Effect effect() {
        return switch (entry.kind()) {
            case PERMANENT -> entry.name().equals("sender-address-invalid") ? closed() : Effect.FAILED;
            case TRANSIENT -> step() == FaultPoint.AUTH || step() == FaultPoint.TOKEN ? unreachable() : Effect.DEFERRED;
            case CONNECTIONS, RATE -> Effect.SLOWED;
            case UPSTREAM -> closed();
            case THROTTLED, AUTHOR, MAILBOX -> Effect.PAUSED;
        };
    }

    private Effect closed() {
        return hasFallback ? Effect.SWITCHED : Effect.PAUSED;
    }

    private Effect unreachable() {
        return hasFallback ? Effect.SWITCHED : Effect.UNREACHABLE;
    }

    private boolean mayBeAboutParameters() {
        return List.of(500, 501, 504, 555).contains(example.code())
                && String.valueOf(example.status()).startsWith("5.5.");
    }

    private FaultPoint step() {
        return switch (source()) {
            case SIGN_IN -> FaultPoint.TOKEN;
            case GRAPH -> FaultPoint.GRAPH;
            case SUBMISSION, CONNECTOR, NDR -> {
                boolean signsIn = entry.kind() == Kind.UPSTREAM || entry.name().startsWith("authentication-");
                if (AT_MAIL.contains(entry.name())) {
                    yield FaultPoint.MAIL;
                }
                if (entry.steps().contains(ReplyStep.CONTENT)) {
                    yield FaultPoint.CONTENT;
                }
                yield AT_RCPT.contains(entry.name()) ? FaultPoint.RCPT : signsIn ? FaultPoint.AUTH : FaultPoint.CONTENT;
            }
        };
    }

    Fault fault() {
        return switch (step()) {
            case TOKEN -> new Fault(FaultPoint.TOKEN, status(), 1, "/" + tenant() + "/oauth2/v2.0/token");
            case GRAPH -> new Fault(FaultPoint.GRAPH, status(), example.code() == 401 ? 2 : 1, box());
            case RCPT ->
                isAboutRecipient()
                        ? new Fault(FaultPoint.RCPT, new FaultAction.Reply(example.toString()), 1, recipient())
                        : new Fault(FaultPoint.RCPT, new FaultAction.Reply(example.toString()), 2, atExample());
            case AUTH -> new Fault(FaultPoint.AUTH, new FaultAction.Reply(example.toString()), 1, address());
            case MAIL ->
                new Fault(
                        FaultPoint.MAIL,
                        new FaultAction.Reply(example.toString()),
                        mayBeAboutParameters() ? 2 : 1, // the relay repeats MAIL without parameters
                        address());
            case CONTENT -> new Fault(FaultPoint.CONTENT, new FaultAction.Reply(example.toString()), 1, address());
            default -> throw new IllegalStateException(step() + " is not for examples");
        };
    }

    private FaultAction.Status status() {
        Matcher error = ERROR.matcher(example.text());
        if (!error.matches()) {
            throw new IllegalStateException("not an error with its code: " + example);
        }
        return new FaultAction.Status(example.code(), false, null, error.group("code"), error.group("message"));
    }

    /// The mailbox, for relay.conf.
    String mailbox(Sandbox sandbox) {
        String app = ConfigText.app(sandbox, "client-secret", ConfigText.secret());
        return ConfigText.address(address())
                + switch (source()) {
                    case SUBMISSION, CONNECTOR, NDR ->
                        smtp(sandbox, ConfigText.password()) + fallback(ConfigText.graphUpstream(sandbox), app);
                    case SIGN_IN -> smtp(sandbox, signIn(sandbox)) + fallback(ConfigText.graphUpstream(sandbox), app);
                    case GRAPH ->
                        ConfigText.graph(sandbox)
                                + app
                                + fallback(ConfigText.smtpUpstream(sandbox), ConfigText.password());
                };
    }

    private static String smtp(Sandbox sandbox, String credential) {
        return ConfigText.smtp(sandbox) + credential;
    }

    private String signIn(Sandbox sandbox) {
        return switch (entry.name()) {
            case "login-missing" ->
                ConfigText.appOf(sandbox, tenant(), "device-code", "token-key = \"the key of the file\"");
            case "key-unusable" -> ConfigText.appOf(sandbox, tenant(), "certificate", "certificate = \"app.pem\"");
            default -> ConfigText.appOf(sandbox, tenant(), "client-secret", ConfigText.secret());
        };
    }

    private String fallback(String upstream, String credential) {
        return hasFallback ? "fallback = [ { " + upstream + "\n" + credential + " } ]\n" : "";
    }

    @Override
    public String toString() {
        return entry.name() + (hasFallback ? ": " : ", no fallback: ") + example;
    }
}
