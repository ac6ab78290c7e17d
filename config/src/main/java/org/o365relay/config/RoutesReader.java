package org.o365relay.config;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.o365relay.config.hocon.Layer;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.Setting;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.TextValues;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.route.Conditions;
import org.o365relay.route.RouteRule;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

/// Reads `relay.routing` and `relay.pools`.
record RoutesReader(Section relay, MailboxesReader.Result mailboxes) {

    private static final String KEY = "routing";
    private static final String MAILBOX = "mailbox";
    private static final String POOL = "pool";
    private static final String PRIORITY = "priority";
    private static final List<String> ACTIONS = List.of(MAILBOX, POOL, PRIORITY);

    /// @return the routes; empty if no mailbox is valid
    Optional<Routes> read() {
        List<EmailAddress> addresses = mailboxes.addresses();
        Map<String, List<EmailAddress>> pools = new PoolsReader(relay, addresses).read();
        List<RouteRule> rules = rules(addresses, List.copyOf(pools.keySet()));
        List<Target> targets =
                Stream.concat(mailboxTargets(), poolTargets(pools)).toList();
        if (mailboxes.valid().isEmpty()) {
            return Optional.empty();
        }
        Routes routes = new Routes(rules, targets);
        reportUnused(routes, pools);
        return Optional.of(routes);
    }

    private Stream<Target> mailboxTargets() {
        return mailboxes.valid().stream().map(TargetBuilder::mailbox);
    }

    private Stream<Target> poolTargets(Map<String, List<EmailAddress>> pools) {
        return pools.entrySet().stream()
                .filter(pool -> !members(pool.getValue()).isEmpty())
                .map(pool -> TargetBuilder.of(pool.getKey(), members(pool.getValue())));
    }

    private List<ResolvedMailbox> members(List<EmailAddress> addresses) {
        return addresses.stream()
                .flatMap(address -> mailboxes.valid().stream()
                        .filter(mailbox ->
                                TargetBuilder.isSame(mailbox.settings().address(), address)))
                .toList();
    }

    private List<RouteRule> rules(List<EmailAddress> addresses, List<String> pools) {
        List<RouteRule> rules = new ArrayList<>();
        for (Setting element : relay.elements(KEY)) {
            relay.element(element, List.of(), keys()).ifPresent(section -> {
                if (rules.stream().anyMatch(RoutesReader::matchesEverything)) {
                    relay.source().reportWarning(element, "is never reached: an earlier rule matches everything");
                }
                rule(element, section, addresses, pools).ifPresent(rules::add);
            });
        }
        return rules;
    }

    private Layer keys() {
        String names =
                String.join(" = null, ", ConditionsReader.KEYS) + " = null, " + String.join(" = null, ", ACTIONS);
        return new Layer(
                "relay.routing[]",
                ConfigFactory.parseString(names + " = null").root(),
                relay.source().file());
    }

    private static Optional<RouteRule> rule(
            Setting element, Section rule, List<EmailAddress> addresses, List<String> pools) {
        Optional<Conditions> conditions = ConditionsReader.read(rule);
        Optional<String> mailbox =
                rule.optional(MAILBOX, PoolsReader.known(addresses)).map(TargetBuilder::name);
        Optional<String> pool = rule.optional(POOL, pool(pools));
        Optional<Priority> priority = rule.optional(PRIORITY, TextValues.oneOf(Priority.class));
        if (ACTIONS.stream().noneMatch(key -> rule.configured(key).isPresent())) {
            rule.source().reportProblem(element, "has no effect; set mailbox, pool or priority");
        }
        if (rule.configured(MAILBOX).isPresent() && rule.configured(POOL).isPresent()) {
            rule.reportProblem(POOL, "mailbox is set as well; remove one of the two");
        }
        long valid =
                Stream.of(mailbox, pool, priority).filter(Optional::isPresent).count();
        long configured =
                ACTIONS.stream().filter(key -> rule.configured(key).isPresent()).count();
        return conditions
                .filter(_ -> valid == configured)
                .map(known ->
                        new RouteRule(known, mailbox.or(() -> pool).orElse(null), priority.orElse(Priority.NORMAL)));
    }

    private static ValueParser<String> pool(List<String> pools) {
        return TextValues.ANY.then(
                text -> pools.contains(text) ? new Parsed.Ok<>(text) : PoolsReader.unknown(text, "pool", pools));
    }

    /// Warns about mailboxes and pools that no mail is routed to.
    private void reportUnused(Routes routes, Map<String, List<EmailAddress>> pools) {
        Set<String> used = used(routes);
        for (ResolvedMailbox mailbox : mailboxes.valid()) {
            if (!used.contains(TargetBuilder.name(mailbox.settings().address()))) {
                mailbox.section()
                        .reportWarning(
                                "address",
                                "is not used: relay.routing names neither this mailbox nor a pool that contains it");
            }
        }
        relay.layers(PoolsReader.KEY)
                .forEach(layer -> pools.keySet().stream()
                        .filter(pool -> !used.contains(pool))
                        .flatMap(pool -> layer.setting(pool).stream())
                        .forEach(pool ->
                                relay.source().reportWarning(pool, "is not used: no rule of relay.routing names it")));
    }

    private static Set<String> used(Routes routes) {
        Set<String> used = new HashSet<>();
        boolean everything = false;
        for (RouteRule rule : routes.rules()) {
            if (!everything) {
                used.add(Objects.requireNonNullElse(
                        rule.target(), routes.targets().getFirst().name()));
                everything = matchesEverything(rule);
            }
        }
        if (!everything) {
            used.add(routes.targets().getFirst().name());
        }
        routes.targets().stream()
                .filter(target -> used.contains(target.name()))
                .toList()
                .forEach(target -> target.mailboxes().forEach(address -> used.add(TargetBuilder.name(address))));
        return used;
    }

    private static boolean matchesEverything(RouteRule rule) {
        return rule.conditions().cover(Conditions.NONE);
    }
}
