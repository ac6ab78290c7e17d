package org.o365relay.daemon.report;

import java.util.Optional;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.journal.Event.JudgedReply;

/// Explains the reasons recorded in the history: those of the reply catalogue and those of the relay itself.
public final class ReasonTexts {

    /// @param mailbox the mailbox named in the advice
    public ReasonText of(String reason, String mailbox) {
        return known(reason)
                .map(entry -> new ReasonText(entry.cause(), entry.advice().replace("{mailbox}", mailbox)))
                .orElseGet(() -> relayReason(reason));
    }

    /// @param text text shown as the cause of the state of a mailbox
    /// @return whether the text is the cause that [#of] returns for this reason, with or without a full stop
    boolean isCause(String reason, String text) {
        String cause = of(reason, "").cause();
        return !cause.isEmpty() && (text.equals(cause) || text.equals(cause + "."));
    }

    /// @return whether the advice names a mailbox
    boolean namesMailbox(String reason) {
        return known(reason)
                .filter(entry -> entry.advice().contains("{mailbox}"))
                .isPresent();
    }

    private static Optional<KnownReply> known(String reason) {
        return reason.isEmpty()
                ? Optional.empty()
                : ReplyCatalogue.microsoft365().named(reason);
    }

    private static ReasonText relayReason(String reason) {
        return switch (reason) {
            case "unreachable" ->
                new ReasonText(
                        "the upstream could not be reached, or the connection was lost",
                        "If it persists, run \"o365-relay check\" to see which step fails.");
            case "tls" ->
                new ReasonText(
                        "no secure TLS connection to the upstream could be established",
                        "Run \"o365-relay check\" to see the certificate. Make sure that no firewall or virus scanner"
                                + " intercepts TLS.");
            case "sign-in" ->
                new ReasonText(
                        "the sign-in service did not issue a token",
                        "Run \"o365-relay check\" to see what is wrong with the credential.");
            case JudgedReply.DAILY_QUOTA ->
                new ReasonText(
                        "the relay's own daily quota (limits.recipients-per-day) has no room for the recipients",
                        "Nothing is wrong: the message leaves when the quota has room. If this happens often, spread"
                                + " the mail over several mailboxes (relay.pools).");
            case "unknown-reply" ->
                new ReasonText("the reply from the upstream is not in the reply catalogue", "Read the reply.");
            case "relay" -> new ReasonText("the relay itself could not send the message", "Read the reply.");
            default -> ReasonText.UNKNOWN;
        };
    }
}
