package org.o365relay.daemon.explain;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.rewrite.RewriteResult;

/// Shows the sender that Exchange and the recipients see.
final class RewritePreview {

    private RewritePreview() {}

    /// @param hasMessage whether the rewritten message is a real one, and not an example with the envelope
    ///     sender in `From`
    static ExplanationStep step(RewriteResult result, boolean hasMessage) {
        return switch (result) {
            case RewriteResult.Rewritten message ->
                new ExplanationStep("upstream", summary(message, hasMessage), key(message));
            case RewriteResult.Unacceptable(var reply, var _) ->
                new ExplanationStep("upstream", "rejected: " + reply, "");
        };
    }

    private static String summary(RewriteResult.Rewritten message, boolean hasMessage) {
        String header = new String(message.header(), StandardCharsets.UTF_8);
        String replies = field("Reply-To", header)
                .map(replyTo -> "replies go to " + replyTo)
                .orElse("replies go to the author");
        return "sent with envelope sender %s; %sthe author is %s and %s"
                .formatted(
                        message.sender(),
                        hasMessage ? "" : "if From equals the original envelope sender, ",
                        field("From", header).orElse("none"),
                        replies);
    }

    private static String key(RewriteResult.Rewritten message) {
        return message.isSendAs() ? "relay.mailboxes: send-as" : "relay.mailboxes: address";
    }

    private static Optional<String> field(String name, String header) {
        Matcher field =
                Pattern.compile("(?m)^" + name + ": (.*(?:\r\n[ \t].*)*)").matcher(header);
        return field.find() ? Optional.of(field.group(1).replace("\r\n", "").strip()) : Optional.empty();
    }
}
