package org.o365relay.config;

import com.typesafe.config.ConfigList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.o365relay.config.hocon.Layer;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.Setting;
import org.o365relay.config.hocon.Source;
import org.o365relay.config.hocon.Suggestion;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.Addresses;
import org.o365relay.config.values.TextValues;
import org.o365relay.mail.EmailAddress;

/// Reads `relay.pools`.
///
/// @param mailboxes addresses of all mailboxes
record PoolsReader(Section relay, List<EmailAddress> mailboxes) {

    static final String KEY = "pools";

    /// @return members of each pool, by pool name, without unknown mailboxes
    Map<String, List<EmailAddress>> read() {
        Map<String, List<EmailAddress>> pools = new TreeMap<>();
        for (Layer layer : relay.layers(KEY)) {
            for (String name : layer.values().keySet()) {
                layer.setting(name).ifPresent(setting -> pools.put(name, pool(name, setting)));
            }
        }
        return pools;
    }

    private List<EmailAddress> pool(String name, Setting setting) {
        Source source = relay.source();
        if (name.indexOf('@') >= 0 || !name.matches("[\\p{Alnum}._-]+")) {
            source.reportProblem(setting, "is not a pool name; use letters, digits and hyphens");
        }
        List<Setting> elements = source.elements(setting);
        if (elements.isEmpty() && setting.value() instanceof ConfigList) {
            source.reportProblem(setting, "is empty; list the mailboxes that share the load");
        }
        List<EmailAddress> members = new ArrayList<>();
        for (Setting element : elements) {
            Optional<EmailAddress> member = source.parse(element, known(mailboxes));
            member.filter(members::contains)
                    .ifPresent(duplicate -> source.reportProblem(element, duplicate + " is listed twice; remove one"));
            member.ifPresent(members::add);
        }
        return members;
    }

    /// Returns a parser that accepts only addresses of configured mailboxes.
    static ValueParser<EmailAddress> known(List<EmailAddress> mailboxes) {
        return Addresses.MAIL.then(address -> mailboxes.stream()
                .filter(mailbox -> TargetBuilder.isSame(mailbox, address))
                .findFirst()
                .<Parsed<EmailAddress>>map(Parsed.Ok::new)
                .orElseGet(() -> unknown(
                        address.toString(),
                        "mailbox",
                        mailboxes.stream().map(EmailAddress::toString).toList())));
    }

    /// @param what the kind of name expected: `mailbox` or `pool`
    static <T> Parsed<T> unknown(String text, String what, List<String> names) {
        String advice = Suggestion.nearest(text, names)
                .map("did you mean %s?"::formatted)
                .orElseGet(() -> names.isEmpty() ? "none is configured" : "use one of " + String.join(", ", names));
        return new Parsed.Invalid<>(
                "%s is not a %s of this relay; %s".formatted(TextValues.quoted(text), what, advice));
    }
}
