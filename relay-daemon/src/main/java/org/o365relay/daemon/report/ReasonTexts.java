package org.o365relay.daemon.report;

import java.util.HashMap;
import java.util.Map;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.ReplyCatalogue;

/// The reasons that the history gives, in words: those of the catalogue of replies, and the relay's own.
public final class ReasonTexts {

    private final Map<String, KnownReply> known = new HashMap<>();

    public ReasonTexts(ReplyCatalogue catalogue) {
        catalogue.entries().forEach(entry -> known.put(entry.name(), entry));
    }

    /// @param mailbox named in the advice
    public ReasonText of(String reason, String mailbox) {
        KnownReply entry = known.get(reason);
        return entry == null
                ? own(reason)
                : new ReasonText(entry.cause(), entry.advice().replace("{mailbox}", mailbox));
    }

    /// @param said the cause as a lane says it
    /// @return whether that is what the reason means
    boolean isCause(String reason, String said) {
        String cause = of(reason, "").cause();
        return !cause.isEmpty() && (said.equals(cause) || said.equals(cause + "."));
    }

    /// @return whether its advice is for a certain mailbox
    boolean namesMailbox(String reason) {
        KnownReply entry = known.get(reason);
        return entry != null && entry.advice().contains("{mailbox}");
    }

    private static ReasonText own(String reason) {
        return switch (reason) {
            case "unreachable" ->
                new ReasonText(
                        "the upstream could not be reached, or the connection was lost",
                        "If it lasts, \"o365-relay check\" shows how far the relay gets.");
            case "tls" ->
                new ReasonText(
                        "the connection to the upstream cannot be made secure",
                        "\"o365-relay check\" shows the certificate. Nothing in between (a"
                                + " firewall, a virus scanner) may open TLS.");
            case "sign-in" ->
                new ReasonText(
                        "the sign-in service gives no token",
                        "\"o365-relay check\" shows what is wrong with the credential.");
            case "unknown-reply" ->
                new ReasonText("the upstream gave a reply that is not in the relay's catalogue", "Read what it said.");
            case "relay" -> new ReasonText("the relay itself could not send it", "Read what it says.");
            default -> ReasonText.UNKNOWN;
        };
    }
}
