package org.o365relay.admit;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.AddressKey;
import org.o365relay.mail.EmailAddress;

/// A list of rules: the first rule that matches the client and the address decides; if none matches, the
/// address is accepted.
///
/// @param key configuration key of the list, such as `relay.recipient-rules`
public record AddressRules(String key, List<AddressRule> rules) {

    public AddressRules {
        rules = List.copyOf(rules);
    }

    /// @param address envelope address, completed with the default domain if one is configured; null for the
    ///     null sender
    /// @return the first matching rule; empty if none matches
    public Optional<MatchedRule> match(InetAddress client, @Nullable EmailAddress address) {
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        AddressKey normalized = AddressKey.of(address);
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).matches(client, normalized)) {
                return Optional.of(new MatchedRule(key, i + 1, rules.get(i)));
            }
        }
        return Optional.empty();
    }

    Admission check(InetAddress client, @Nullable EmailAddress address) {
        Optional<MatchedRule> matched = match(client, address);
        return matched.isPresent() && !matched.get().rule().allows()
                ? new Admission.Denied(matched.get().denialReason(address))
                : new Admission.Admitted(address);
    }
}
