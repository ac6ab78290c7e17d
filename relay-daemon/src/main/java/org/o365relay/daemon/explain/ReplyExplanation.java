package org.o365relay.daemon.explain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.report.TerminalText;
import org.o365relay.deliver.Verdict;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;

/// What there is to say of a reply of Microsoft's.
public record ReplyExplanation(PastedReply pasted, Verdict verdict) {

    private static final int WIDTH = 88;

    /// @return for a person, in lines of about 100 characters
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(pasted.reply().toString());
        add(lines, "said by", source());
        add(lines, "means", isDelivered() ? "it has been taken" : verdict.cause());
        add(lines, "to do", verdict.advice());
        add(lines, "the relay", relayAction());
        add(
                lines,
                "known as",
                verdict.name().isEmpty() ? "(not in the catalogue; judged by general rules)" : verdict.name());
        return lines;
    }

    /// @return who says it
    public String source() {
        return switch (pasted.source()) {
            case SMTP -> "the mail server, by SMTP";
            case SIGN_IN -> "Microsoft Entra, asked for an access token";
            case GRAPH -> "Microsoft Graph";
        };
    }

    /// @return what the relay does when it meets this
    public String relayAction() {
        if (isDelivered()) {
            return "is done with the message";
        }
        return switch (verdict.scope()) {
            case RECIPIENT ->
                isFinal() ? "gives this recipient up and tells the sender" : "tries this recipient again later";
            case MESSAGE -> isFinal() ? "gives the message up and tells the sender" : "tries the message again later";
            case AUTHOR -> "keeps messages of this author and tries again now and then";
            case CONNECTIONS -> "uses fewer connections and sends the message again soon";
            case UPSTREAM ->
                "keeps all mail, takes the mailbox's next road if it has one, and tries this one again "
                        + interval(verdict.probeAfter());
            case MAILBOX -> "keeps all mail of this mailbox and tries again " + interval(verdict.probeAfter());
        };
    }

    private static String interval(@Nullable Duration probe) {
        if (probe == null) {
            return "within a minute";
        }
        long minutes = probe.toMinutes();
        return minutes == 0 ? "after " + probe.toSeconds() + " s" : "after " + minutes + " min";
    }

    private boolean isFinal() {
        return verdict.outcome() instanceof Failed;
    }

    private boolean isDelivered() {
        return verdict.outcome() instanceof Delivered;
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
