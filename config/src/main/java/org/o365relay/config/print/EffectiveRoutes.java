package org.o365relay.config.print;

import static org.o365relay.config.print.EffectiveText.entryIfPresent;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.o365relay.config.values.TextValues;
import org.o365relay.mail.EmailAddress;
import org.o365relay.route.Conditions;
import org.o365relay.route.RewriteRule;
import org.o365relay.route.RewriteRules;
import org.o365relay.route.RouteRule;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

/// Converts pools, routing and rewriting rules to maps, which [EffectiveText] renders as HOCON.
final class EffectiveRoutes {

    private EffectiveRoutes() {}

    static Map<String, Object> pools(Routes routes) {
        Map<String, Object> pools = new TreeMap<>();
        for (Target target : routes.targets()) {
            if (isPool(target.name())) {
                pools.put(
                        target.name(),
                        target.mailboxes().stream().map(EmailAddress::toString).toList());
            }
        }
        return pools;
    }

    static List<Map<String, Object>> rules(Routes routes) {
        return routes.rules().stream().map(EffectiveRoutes::rule).toList();
    }

    static List<Map<String, Object>> rules(RewriteRules rules) {
        return rules.rules().stream().map(EffectiveRoutes::rule).toList();
    }

    private static Map<String, Object> rule(RewriteRule rule) {
        Map<String, Object> keys = new HashMap<>(conditions(rule.conditions()));
        rule.actions().forEach(action -> keys.put(TextValues.name(action.key()), action.value()));
        return keys;
    }

    private static Map<String, Object> conditions(Conditions conditions) {
        Map<String, Object> keys = new HashMap<>(entryIfPresent("client", conditions.client()));
        keys.putAll(entryIfPresent("sender", conditions.sender()));
        keys.putAll(entryIfPresent("from", conditions.author()));
        keys.putAll(entryIfPresent("recipient", conditions.recipient()));
        return keys;
    }

    private static Map<String, Object> rule(RouteRule rule) {
        Map<String, Object> keys = new HashMap<>(conditions(rule.conditions()));
        String target = rule.target();
        if (target != null) {
            keys.put(isPool(target) ? "pool" : "mailbox", target);
        }
        keys.put("priority", TextValues.name(rule.priority()));
        return keys;
    }

    /// Returns whether the target is a pool. The name of a mailbox target is the address, so it contains `@`.
    private static boolean isPool(String target) {
        return target.indexOf('@') < 0;
    }
}
