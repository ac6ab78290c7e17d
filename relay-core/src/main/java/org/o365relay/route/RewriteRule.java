package org.o365relay.route;

import java.util.List;
import java.util.Optional;

/// A rewriting rule.
///
/// @param conditions when the rule applies. A rule for a recipient applies to a message if any of its
///     recipients matches; a redirection applies only to the recipients that match
/// @param actions what the rule sets, each key at most once
public record RewriteRule(Conditions conditions, List<RewriteAction> actions) {

    public RewriteRule {
        actions = List.copyOf(actions);
    }

    /// @return what the rule sets for this key; empty if nothing
    public Optional<RewriteAction> action(RewriteKey key) {
        return actions.stream().filter(action -> action.key() == key).findFirst();
    }
}
