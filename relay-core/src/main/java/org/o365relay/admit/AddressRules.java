package org.o365relay.admit;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// Rules in order: the first that covers client and address decides; without one the address is let through.
///
/// @param key of the configuration: `relay.recipient-rules`
public record AddressRules(String key, List<AddressRule> rules) {

    public AddressRules {
        rules = List.copyOf(rules);
    }

    /// @param address as it would go on, completed if it had no domain; null for the null sender
    /// @return the rule that decides; empty if none does
    public Optional<MatchedRule> match(InetAddress client, @Nullable EmailAddress address) {
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        NormalizedAddress plain = NormalizedAddress.of(address);
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).matches(client, plain)) {
                return Optional.of(new MatchedRule(key, i + 1, rules.get(i)));
            }
        }
        return Optional.empty();
    }

    Admission check(InetAddress client, @Nullable EmailAddress address) {
        Optional<MatchedRule> deciding = match(client, address);
        return deciding.isPresent() && !deciding.get().rule().allows()
                ? new Admission.Denied(deciding.get().denialReason(address))
                : new Admission.Admitted(address);
    }
}
