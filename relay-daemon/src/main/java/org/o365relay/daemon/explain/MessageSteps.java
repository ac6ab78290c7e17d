package org.o365relay.daemon.explain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.o365relay.RelaySettings;
import org.o365relay.accept.SimulatedMessage;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.rewrite.HeaderReader;
import org.o365relay.rewrite.Rewriter;
import org.o365relay.route.RewriteAction;
import org.o365relay.route.RewriteRules.Decision;
import org.o365relay.route.RoutingInput;

/// Explains what happens to an accepted message: rewriting rules, route, and what is sent.
///
/// @param hasMessage whether the user supplied the message; otherwise it is an example
record MessageSteps(RelaySettings settings, SimulatedMessage message, boolean hasMessage) {

    private static final int MAX_HEADER = 64 * 1024;

    /// @param recipients the recipients before the rules
    List<ExplanationStep> rules(List<EmailAddress> recipients) throws IOException {
        RoutingInput input = RoutingInput.of(
                message.arrival().client(),
                message.parts().getFirst().envelope().sender(),
                HeaderReader.from(message.beginning(), MAX_HEADER));
        return settings.accept().session().rewriteRules().decisions(input, recipients).stream()
                .map(MessageSteps::rule)
                .toList();
    }

    private static ExplanationStep rule(Decision decision) {
        RewriteAction action = decision.action();
        String set = SettingTexts.key(action.key()) + " = \"" + action.value() + '"';
        String finding = switch (action) {
            case RewriteAction.RedirectRecipient _ -> set + " for " + addresses(decision.recipients());
            case RewriteAction.Keep(var key) -> SettingTexts.key(key) + " is not changed";
            case RewriteAction.FromName _,
                    RewriteAction.ReplyTo _,
                    RewriteAction.SubjectPrefix _,
                    RewriteAction.AddRecipient _ -> set;
        };
        return new ExplanationStep("rewriting", finding, "rule " + decision.position() + " of relay.rewrite-rules");
    }

    /// @return the steps from the queue to the upstream
    List<ExplanationStep> part(RoutedEnvelope part) throws IOException {
        List<ExplanationStep> steps = new ArrayList<>();
        String priority = part.priority() == Priority.URGENT ? ", urgent" : "";
        steps.add(new ExplanationStep(
                "route",
                "to " + addresses(part.envelope().recipients()) + " through " + part.route() + priority,
                settings.routes().rules().isEmpty() ? "the first of relay.mailboxes" : "relay.routing"));
        Rewriter rewriter =
                new Rewriter(new HeaderDiff(settings).mailbox(part.route()).rewrite());
        steps.add(RewritePreview.step(
                rewriter.rewrite(SimulatedMessage.ID, message.arrival(), part.envelope(), message.beginning()),
                hasMessage));
        return steps;
    }

    /// @return the envelope as sent, and the header as received and as sent
    List<String> header(RoutedEnvelope part) throws IOException {
        HeaderDiff diff = new HeaderDiff(settings);
        List<String> lines = new ArrayList<>();
        lines.add("Envelope as sent: from " + diff.mailbox(part.route()).address() + " to "
                + addresses(part.envelope().recipients()));
        diff.lines(part.route(), SimulatedMessage.ID, message.arrival(), part.envelope(), null, message.beginning())
                .forEach(line -> lines.add(line.replace(SimulatedMessage.ID.toString(), "(queue ID)")));
        return lines;
    }

    private static String addresses(List<EmailAddress> addresses) {
        return addresses.stream().map(EmailAddress::toString).collect(Collectors.joining(", "));
    }
}
