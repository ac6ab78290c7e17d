package org.o365relay.daemon.explain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.report.TerminalText;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.mail.Outcome.Failed;

/// Explains a reply from Microsoft 365: source, cause, advice and what the relay does.
public record ReplyExplanation(PastedReply pasted) {

    private static final int WIDTH = 88;

    /// @return text lines of at most 101 columns, unless a word or the reply in the first line is longer
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        Verdict verdict = pasted.verdict();
        lines.add(pasted.response().reply().toString());
        add(lines, "source", source());
        add(lines, "cause", verdict.isDelivered() ? "the message was accepted" : verdict.cause());
        add(lines, "advice", verdict.advice());
        add(lines, "relay", relayAction());
        add(
                lines,
                "name",
                verdict.name().isEmpty() ? "(not in the catalogue; classified by general rules)" : verdict.name());
        return lines;
    }

    /// @return the system that sent the reply
    private String source() {
        return switch (pasted.response().origin()) {
            case SUBMISSION -> "the mail server (SMTP)";
            case CONNECTOR -> "the mail server (SMTP without sign-in: connector or smarthost)";
            case NDR -> "the server of the recipient, or Exchange (non-delivery report)";
            case FOREIGN_NDR -> "the server of the recipient (non-delivery report)";
            case SIGN_IN -> "Microsoft Entra (token request)";
            case GRAPH -> "Microsoft Graph";
            case NETWORK -> "this relay, about its connection to the upstream";
            case PROXY -> "this relay, about the proxy";
            case TLS -> "this relay, about TLS with the upstream";
            case RELAY, UNSUITABLE -> "this relay";
        };
    }

    private String relayAction() {
        Verdict verdict = pasted.verdict();
        if (verdict.isDelivered()) {
            return "records the message as delivered";
        }
        if (pasted.response().origin().isReport()) {
            return "notifies the author that the message was not delivered";
        }
        String action = action(verdict);
        return pasted.sendAs().scope() == Scope.AUTHOR
                ? action + ". If the message was sent as an author on the send-as list: " + action(pasted.sendAs())
                : action;
    }

    private static String action(Verdict verdict) {
        boolean isFinal = verdict.outcome() instanceof Failed;
        return switch (verdict.scope()) {
            case RECIPIENT -> isFinal ? "bounces the message for this recipient" : "retries this recipient later";
            case MESSAGE -> isFinal ? "bounces the message" : "retries the message later";
            case AUTHOR -> "queues messages from this author and retries at intervals";
            case ATTEMPT -> "retries the message soon; the attempt does not count";
            case CONNECTIONS -> "uses fewer connections and retries the message soon";
            case RATE -> "sends fewer messages per minute for a while and retries the message soon";
            case UPSTREAM ->
                "sends through the next upstream of the mailbox, if any, otherwise queues its mail; probes this"
                        + " upstream "
                        + interval(verdict.probeAfter());
            case MAILBOX ->
                "blocks the mailbox, queues its mail and probes the mailbox " + interval(verdict.probeAfter());
        };
    }

    private static String interval(@Nullable Duration probe) {
        if (probe == null) {
            return "at growing intervals";
        }
        long minutes = probe.toMinutes();
        return minutes == 0 ? "after " + probe.toSeconds() + " s" : "after " + minutes + " min";
    }

    private static void add(List<String> lines, String name, String text) {
        if (text.isEmpty()) {
            return;
        }
        String indent = "  %-11s".formatted(name + ":");
        for (String line : TerminalText.wrapped(text, WIDTH)) {
            lines.add(indent + line);
            indent = " ".repeat(13);
        }
    }
}
