package org.o365relay.config;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.admit.AddressPattern;
import org.o365relay.admit.AddressRule;
import org.o365relay.admit.Network;
import org.o365relay.config.hocon.Layer;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.Setting;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.Networks;
import org.o365relay.config.values.TextValues;

/// Reads `relay.sender-rules` and `relay.recipient-rules`.
record RulesReader(Section relay) {

    private static final String ALLOW = "allow";
    private static final String DENY = "deny";
    private static final String REASON = "reason";
    private static final int MAX_REASON = 160;

    /// Parses the address pattern of a sender, recipient or routing rule.
    static final ValueParser<AddressPattern> PATTERN = TextValues.ANY.then(text -> AddressPattern.parse(text)
            .<Parsed<AddressPattern>>map(Parsed.Ok::new)
            .orElseGet(
                    () -> new Parsed.Invalid<>(TextValues.quoted(text) + " is not a pattern; " + patternAdvice(text))));

    private static String patternAdvice(String text) {
        return text.chars().allMatch(c -> c < 0x80)
                ? "use for example bob@contoso.example, @contoso.example, *@*.contoso.example, <> for the null sender"
                        + " or * for everything"
                : "the domain contains a character that domain names cannot have, or letters outside ASCII next to a *;"
                        + " use its xn-- form";
    }

    /// Parses the reason of a rule, which becomes part of a reply line.
    private static final ValueParser<String> REASON_TEXT = TextValues.ANY.then(text -> {
        boolean valid = text.length() <= MAX_REASON && text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
        return valid
                ? new Parsed.Ok<>(text)
                : new Parsed.Invalid<>(TextValues.quoted(text)
                        + " cannot be used in a reply; use one line of ASCII, at most 160 characters");
    });

    /// @param key `sender-rules` or `recipient-rules`
    List<AddressRule> read(String key) {
        List<AddressRule> rules = new ArrayList<>();
        for (Setting element : relay.elements(key)) {
            relay.element(element, List.of(), keys(key)).ifPresent(section -> {
                reportUnreachable(element, rules);
                rule(element, section).ifPresent(rules::add);
            });
        }
        return rules;
    }

    private Layer keys(String key) {
        return new Layer(
                "relay." + key + "[]",
                ConfigFactory.parseString("allow = null, deny = null, client = null, reason = null")
                        .root(),
                relay.source().file());
    }

    private static Optional<AddressRule> rule(Setting element, Section section) {
        boolean allows = section.configured(ALLOW).isPresent();
        boolean denies = section.configured(DENY).isPresent();
        Optional<AddressPattern> allowed = section.optional(ALLOW, PATTERN);
        Optional<AddressPattern> denied = section.optional(DENY, PATTERN);
        Optional<Network> client = section.optional("client", Networks.CIDR);
        Optional<String> reason = section.optional(REASON, REASON_TEXT);
        if (allows && denies) {
            section.reportProblem(DENY, "allow is set as well; split the rule in two");
        } else if (!allows && !denies) {
            section.source().reportProblem(element, "has no effect; set allow = \"pattern\" or deny = \"pattern\"");
        } else if (allows && section.configured(REASON).isPresent()) {
            section.reportWarning(REASON, "is not used with allow; remove it");
        }
        boolean valid = allows != denies && (section.configured("client").isEmpty() || client.isPresent());
        return allowed.or(() -> denied)
                .filter(pattern -> valid)
                .map(pattern -> new AddressRule(allows, pattern, client.orElse(null), reason.orElse("")));
    }

    private void reportUnreachable(Setting element, List<AddressRule> earlier) {
        boolean unreachable = earlier.stream()
                .anyMatch(rule ->
                        rule.client() == null && rule.pattern().toString().equals("*"));
        if (unreachable) {
            relay.source().reportWarning(element, "is never reached: an earlier rule matches everything");
        }
    }
}
