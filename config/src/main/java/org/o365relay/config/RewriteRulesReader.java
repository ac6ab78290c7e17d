package org.o365relay.config;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.admit.Network;
import org.o365relay.config.hocon.Layer;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.Setting;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.Addresses;
import org.o365relay.config.values.TextValues;
import org.o365relay.route.Conditions;
import org.o365relay.route.RewriteAction;
import org.o365relay.route.RewriteKey;
import org.o365relay.route.RewriteRule;
import org.o365relay.route.RewriteRules;

/// Reads `relay.rewrite-rules`.
///
/// @param listeners the listeners; a rule can apply only to clients in their trusted networks
record RewriteRulesReader(Section relay, List<ListenerSettings> listeners) {

    private static final String KEY = "rewrite-rules";
    private static final int MAX_PREFIX = 64;
    private static final List<String> ACTIONS =
            Arrays.stream(RewriteKey.values()).map(TextValues::name).toList();

    private static final ValueParser<String> PREFIX = TextValues.ANY.then(RewriteRulesReader::prefix);

    /// A rule with its position in the file.
    private record Element(Setting setting, Section section, RewriteRule rule) {}

    RewriteRules read() {
        List<Element> elements = new ArrayList<>();
        for (Setting element : relay.elements(KEY)) {
            relay.element(element, List.of(), keys())
                    .ifPresent(section -> rule(element, section).ifPresent(elements::add));
        }
        IntStream.range(0, elements.size()).forEach(i -> report(elements, i));
        return new RewriteRules(elements.stream().map(Element::rule).toList());
    }

    private Layer keys() {
        String names = Stream.concat(ConditionsReader.KEYS.stream(), ACTIONS.stream())
                .map(key -> key + " = null")
                .collect(Collectors.joining(", "));
        return new Layer(
                "relay." + KEY + "[]",
                ConfigFactory.parseString(names).root(),
                relay.source().file());
    }

    /// @return the rule; empty if a condition is invalid or there is no valid action
    private static Optional<Element> rule(Setting element, Section section) {
        Optional<Conditions> conditions = ConditionsReader.read(section);
        List<RewriteAction> actions = Arrays.stream(RewriteKey.values())
                .flatMap(key -> section.optional(TextValues.name(key), parser(key)).stream())
                .toList();
        if (ACTIONS.stream().noneMatch(key -> section.configured(key).isPresent())) {
            section.source().reportProblem(element, "has no effect; set " + String.join(", ", ACTIONS));
        }
        return actions.isEmpty()
                ? Optional.empty()
                : conditions.map(known -> new Element(element, section, new RewriteRule(known, actions)));
    }

    private static ValueParser<RewriteAction> parser(RewriteKey key) {
        return switch (key) {
            case FROM_NAME -> orKeep(key, DisplayNameTemplate.TEMPLATE, RewriteAction.FromName::new);
            case REPLY_TO -> orKeep(key, Addresses.MAIL, RewriteAction.ReplyTo::new);
            case SUBJECT_PREFIX -> orKeep(key, PREFIX, RewriteAction.SubjectPrefix::new);
            case ADD_RECIPIENT -> orKeep(key, Addresses.MAIL, RewriteAction.AddRecipient::new);
            case REDIRECT_RECIPIENT -> orKeep(key, Addresses.MAIL, RewriteAction.RedirectRecipient::new);
        };
    }

    private static <T> ValueParser<RewriteAction> orKeep(
            RewriteKey key, ValueParser<T> parser, Function<T, RewriteAction> action) {
        return value -> switch (TextValues.ANY.parse(value)) {
            case Parsed.Ok<String>(String text)
            when text.equals(RewriteAction.Keep.VALUE) -> new Parsed.Ok<>(new RewriteAction.Keep(key));
            case Parsed.Ok<String> _, Parsed.Invalid<String> _ ->
                parser.parse(value).then(known -> new Parsed.Ok<>(action.apply(known)));
        };
    }

    private static Parsed<String> prefix(String text) {
        String prefix = text.strip();
        if (!TextValues.isSafeInHeader(prefix)) {
            return new Parsed.Invalid<>(TextValues.quoted(text)
                    + " has a line break, another control or bidirectional character, or =?; write plain text on one"
                    + " line");
        }
        return prefix.codePointCount(0, prefix.length()) <= MAX_PREFIX
                ? new Parsed.Ok<>(prefix)
                : new Parsed.Invalid<>(
                        TextValues.quoted(text) + " is longer than %d characters; shorten it".formatted(MAX_PREFIX));
    }

    /// Reports the conditions and actions of a rule that can never take effect.
    private void report(List<Element> elements, int index) {
        Element element = elements.get(index);
        Network client = element.rule().conditions().client();
        if (client != null && !isTrusted(client)) {
            element.section()
                    .reportProblem(
                            "client",
                            client + " is in no trusted network, so the rule never applies; add it to"
                                    + " relay.trusted-networks, or remove the rule");
        }
        for (RewriteAction action : element.rule().actions()) {
            String key = TextValues.name(action.key());
            earlier(elements.subList(0, index), element, action.key())
                    .ifPresent(earlier -> element.section()
                            .reportProblem(
                                    key,
                                    "is never used: %s matches the same messages and comes first; remove one of the two"
                                            .formatted(earlier.setting().path())));
            if (action instanceof RewriteAction.Keep
                    && elements.subList(index + 1, elements.size()).stream()
                            .allMatch(later -> later.rule().action(action.key()).isEmpty())) {
                element.section()
                        .reportProblem(
                                key, "none has no effect, because no later rule sets %s; remove it".formatted(key));
            }
        }
    }

    private static Optional<Element> earlier(List<Element> earlier, Element element, RewriteKey key) {
        return earlier.stream()
                .filter(other -> other.rule().action(key).isPresent()
                        && other.rule().conditions().cover(element.rule().conditions()))
                .findFirst();
    }

    private boolean isTrusted(Network client) {
        return listeners.stream()
                .flatMap(listener -> listener.trusted().networks().stream())
                .anyMatch(trusted -> trusted.network().contains(client) || client.contains(trusted.network()));
    }
}
