package org.o365relay.config.print;

import static org.o365relay.config.print.EffectiveText.present;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.o365relay.config.values.TextValues;
import org.o365relay.mail.EmailAddress;
import org.o365relay.route.RouteRule;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

/// Converts pools and routing rules to maps, which [EffectiveText] renders as HOCON.
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

    private static Map<String, Object> rule(RouteRule rule) {
        Map<String, Object> keys = new HashMap<>(present("client", rule.client()));
        keys.putAll(present("sender", rule.sender()));
        keys.putAll(present("from", rule.author()));
        keys.putAll(present("recipient", rule.recipient()));
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
