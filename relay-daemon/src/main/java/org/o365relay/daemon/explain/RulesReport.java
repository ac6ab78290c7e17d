package org.o365relay.daemon.explain;

import java.util.ArrayList;
import java.util.List;
import org.o365relay.RelaySettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.admit.AddressRule;
import org.o365relay.admit.AddressRules;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.TrustedNetwork;

/// Who may send what, as a list to look through.
public final class RulesReport {

    private RulesReport() {}

    /// @return a line each, in words
    public static List<String> lines(RelaySettings settings) {
        List<String> lines = new ArrayList<>();
        for (ListenerSettings listener : settings.listeners()) {
            boolean certificate = settings.accept().certificate() != null;
            lines.add("listens on " + listener + ": " + SettingTexts.tls(listener.tls(), certificate));
            for (TrustedNetwork trusted : listener.trusted().networks()) {
                lines.add("  " + SettingTexts.name(trusted) + ": " + SettingTexts.policy(trusted.policy()));
            }
            if (!listener.trustedProxies().isEmpty()) {
                lines.add("  behind proxies, which say who the client is: "
                        + String.join(
                                ", ",
                                listener.trustedProxies().stream()
                                        .map(Object::toString)
                                        .toList()));
            }
        }
        AdmissionRules rules = settings.accept().rules();
        list("senders", rules.senders(), lines);
        list("recipients", rules.recipients(), lines);
        lines.add("addresses without a domain: " + unqualified(rules));
        return lines;
    }

    private static void list(String whose, AddressRules rules, List<String> lines) {
        if (rules.rules().isEmpty()) {
            lines.add(whose + ": all are allowed (" + rules.key() + " is empty)");
            return;
        }
        lines.add(whose + ": the first of these rules that covers the address decides");
        int number = 0;
        for (AddressRule rule : rules.rules()) {
            String reason = rule.reason().isEmpty() ? "" : ", because: " + rule.reason();
            lines.add("  " + ++number + ". " + rule + reason);
        }
        lines.add("  all others are allowed");
    }

    private static String unqualified(AdmissionRules rules) {
        return rules.defaultDomain() == null
                ? "senders stay as they are, recipients are refused, mail to postmaster goes to " + rules.postmaster()
                : "get @" + rules.defaultDomain();
    }
}
