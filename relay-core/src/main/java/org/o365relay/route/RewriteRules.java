package org.o365relay.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;

/// The rewriting rules. The first matching rule that sets a key determines its value; later rules may set other
/// keys. A redirection is determined for each recipient.
///
/// @param rules the rules in order of evaluation
public record RewriteRules(List<RewriteRule> rules) {

    public static final RewriteRules NONE = new RewriteRules(List.of());

    public RewriteRules {
        rules = List.copyOf(rules);
    }

    /// What one rule decides.
    ///
    /// @param position position of the rule in the list, starting at 1
    /// @param recipients recipients that match the rule; those that are redirected, for a redirection
    public record Decision(int position, RewriteAction action, List<EmailAddress> recipients) {}

    /// @return whether any rule has an author condition
    public boolean needsAuthor() {
        return rules.stream().anyMatch(rule -> rule.conditions().author() != null);
    }

    /// @param recipients envelope recipients as received
    /// @return the decisions for all keys, in the order of [RewriteKey]
    public List<Decision> decisions(RoutingInput input, List<EmailAddress> recipients) {
        List<Decision> decisions = new ArrayList<>();
        for (RewriteKey key : RewriteKey.values()) {
            List<EmailAddress> undecided = recipients;
            for (int i = 0; i < rules.size() && !undecided.isEmpty(); i++) {
                RewriteRule rule = rules.get(i);
                Optional<RewriteAction> action = rule.action(key);
                if (action.isPresent()) {
                    List<EmailAddress> matching = undecided.stream()
                            .filter(recipient -> rule.conditions().matches(input, recipient))
                            .toList();
                    undecided = matching.isEmpty()
                            ? undecided
                            : key == RewriteKey.REDIRECT_RECIPIENT ? without(undecided, matching) : List.of();
                    if (!matching.isEmpty()) {
                        decisions.add(new Decision(i + 1, action.get(), matching));
                    }
                }
            }
        }
        return decisions;
    }

    private static List<EmailAddress> without(List<EmailAddress> recipients, List<EmailAddress> removed) {
        return recipients.stream()
                .filter(recipient -> !removed.contains(recipient))
                .toList();
    }

    /// Applies the rules to a message that is being received.
    ///
    /// @return the envelopes, at least one, with the changes to the header that the rules decided on: one for
    ///     the recipients that are not redirected, if there are any, then one for each address that others are
    ///     redirected to. They are separate so that only the new recipient sees who the original ones were
    public List<Envelope> apply(RoutingInput input, Envelope envelope) {
        List<Decision> decisions = rules.isEmpty() ? List.of() : decisions(input, envelope.recipients());
        return decisions.isEmpty() ? List.of(envelope) : new EnvelopeRewriter(envelope, decisions).envelopes();
    }
}
