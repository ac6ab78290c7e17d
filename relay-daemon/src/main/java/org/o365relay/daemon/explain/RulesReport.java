package org.o365relay.daemon.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.admit.AddressRule;
import org.o365relay.admit.AddressRules;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.route.Conditions;
import org.o365relay.route.RewriteRule;
import org.o365relay.route.RewriteRules;

/// Lists the trusted networks and proxies of each listener, the rules for senders and recipients, and the
/// rewriting rules.
public final class RulesReport {

    private RulesReport() {}

    public static List<String> lines(RelaySettings settings) {
        List<String> lines = new ArrayList<>();
        for (ListenerSettings listener : settings.listeners()) {
            boolean certificate = settings.accept().certificate() != null;
            lines.add("listens on " + listener + ": " + SettingTexts.tls(listener.tls(), certificate));
            for (TrustedNetwork trusted : listener.trusted().networks()) {
                lines.add("  " + SettingTexts.name(trusted) + ": " + SettingTexts.policy(trusted.policy()));
            }
            if (!listener.trustedProxies().isEmpty()) {
                lines.add("  proxies that announce the client address: "
                        + String.join(
                                ", ",
                                listener.trustedProxies().stream()
                                        .map(Object::toString)
                                        .toList()));
            }
        }
        AdmissionRules rules = settings.accept().session().rules();
        list("senders", rules.senders(), lines);
        list("recipients", rules.recipients(), lines);
        lines.add("addresses without a domain: " + unqualified(rules));
        rewriting(settings.accept().session().rewriteRules(), lines);
        return lines;
    }

    private static void list(String kind, AddressRules rules, List<String> lines) {
        if (rules.rules().isEmpty()) {
            lines.add(kind + ": all allowed (" + rules.key() + " is empty)");
            return;
        }
        lines.add(kind + ": the first rule that matches decides");
        int number = 0;
        for (AddressRule rule : rules.rules()) {
            String reason = rule.reason().isEmpty() ? "" : ", reason: " + rule.reason();
            lines.add("  " + ++number + ". " + rule + reason);
        }
        lines.add("  all others allowed");
    }

    private static void rewriting(RewriteRules rules, List<String> lines) {
        if (rules.rules().isEmpty()) {
            return;
        }
        lines.add("rewriting: the first rule that matches and sets a key decides it");
        int number = 0;
        for (RewriteRule rule : rules.rules()) {
            String actions = rule.actions().stream()
                    .map(action -> SettingTexts.key(action.key()) + " = \"" + action.value() + '"')
                    .collect(Collectors.joining(", "));
            lines.add("  " + ++number + ". " + conditions(rule.conditions()) + ": " + actions);
        }
    }

    private static String conditions(Conditions conditions) {
        List<String> parts = new ArrayList<>();
        add(parts, "client", conditions.client());
        add(parts, "sender", conditions.sender());
        add(parts, "from", conditions.author());
        add(parts, "recipient", conditions.recipient());
        return parts.isEmpty() ? "all mail" : String.join(", ", parts);
    }

    private static void add(List<String> parts, String key, @Nullable Object condition) {
        if (condition != null) {
            parts.add(key + " " + condition);
        }
    }

    private static String unqualified(AdmissionRules rules) {
        return rules.defaultDomain() == null
                ? "senders are kept, recipients are rejected, mail to postmaster goes to " + rules.postmaster()
                : "completed with @" + rules.defaultDomain();
    }
}
