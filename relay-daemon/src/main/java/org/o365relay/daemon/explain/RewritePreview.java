package org.o365relay.daemon.explain;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.rewrite.RewriteResult;
import org.o365relay.rewrite.RewriteSettings;
import org.o365relay.rewrite.Rewriter;

/// Shows the sender that Exchange and the recipients would see, by applying the rewrite rules to a message with
/// a single header field.
record RewritePreview(RewriteSettings rules, ExplainRequest request) {

    ExplanationStep step(@Nullable EmailAddress sender, List<EmailAddress> recipients) {
        String original = sender == null ? "Subject: x\r\n\r\n" : "From: <" + sender + ">\r\n\r\n";
        return switch (rewritten(original, new Envelope(sender, recipients, sender != null && !sender.isAscii()))) {
            case RewriteResult.Rewritten message -> new ExplanationStep("upstream", summary(message), key(message));
            case RewriteResult.Unacceptable(var reply, var _) ->
                new ExplanationStep("upstream", "rejected: " + reply, "");
        };
    }

    private RewriteResult rewritten(String original, Envelope envelope) {
        String helo = request.helo() == null ? "" : request.helo();
        Arrival arrival = new Arrival(Instant.EPOCH, request.client(), helo, "ESMTP");
        try {
            return new Rewriter(rules)
                    .rewrite(
                            new QueueId(0),
                            arrival,
                            envelope,
                            new ByteArrayInputStream(original.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible); // reads from memory only
        }
    }

    private static String summary(RewriteResult.Rewritten message) {
        String header = new String(message.header(), StandardCharsets.UTF_8);
        String replies = field("Reply-To", header)
                .map(replyTo -> "replies go to " + replyTo)
                .orElse("replies go to the author");
        return "sent with envelope sender %s; if From equals the original envelope sender, the author is %s and %s"
                .formatted(message.sender(), field("From", header).orElse("none"), replies);
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
