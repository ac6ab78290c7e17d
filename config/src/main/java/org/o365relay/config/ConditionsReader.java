package org.o365relay.config;

import java.util.List;
import java.util.Optional;
import org.o365relay.admit.AddressPattern;
import org.o365relay.admit.Network;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.values.Networks;
import org.o365relay.route.Conditions;

/// Reads the conditions of a routing or rewriting rule.
final class ConditionsReader {

    private static final String CLIENT = "client";
    private static final String SENDER = "sender";
    private static final String FROM = "from";
    private static final String RECIPIENT = "recipient";

    static final List<String> KEYS = List.of(CLIENT, SENDER, FROM, RECIPIENT);

    private ConditionsReader() {}

    /// @return the conditions; empty if one is invalid
    static Optional<Conditions> read(Section rule) {
        Optional<Network> client = rule.optional(CLIENT, Networks.CIDR);
        Optional<AddressPattern> sender = rule.optional(SENDER, RulesReader.PATTERN);
        Optional<AddressPattern> author = rule.optional(FROM, RulesReader.PATTERN);
        Optional<AddressPattern> recipient = rule.optional(RECIPIENT, RulesReader.PATTERN);
        boolean valid = rule.configured(CLIENT).isPresent() == client.isPresent()
                && rule.configured(SENDER).isPresent() == sender.isPresent()
                && rule.configured(FROM).isPresent() == author.isPresent()
                && rule.configured(RECIPIENT).isPresent() == recipient.isPresent();
        return valid
                ? Optional.of(new Conditions(
                        client.orElse(null), sender.orElse(null), author.orElse(null), recipient.orElse(null)))
                : Optional.empty();
    }
}
