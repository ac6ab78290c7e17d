package org.o365relay.config;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Suggestion;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.TextValues;

/// Parses display name templates.
final class DisplayNameTemplate {

    static final ValueParser<String> TEMPLATE = TextValues.ANY.then(DisplayNameTemplate::check);

    private static final List<String> PLACEHOLDERS = List.of("name", "address", "local-part", "device");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

    private DisplayNameTemplate() {}

    private static Parsed<String> check(String template) {
        if (!TextValues.isSafeInHeader(template)) {
            return new Parsed.Invalid<>(
                    "has a line break, another control or bidirectional character, or =?; write plain text on one"
                            + " line");
        }
        if (template.indexOf('@') >= 0) {
            return new Parsed.Invalid<>(
                    "%s contains @, which Exchange refuses in display names; use for example \" at \""
                            .formatted(TextValues.quoted(template)));
        }
        return unknownPlaceholder(template).or(() -> strayBrace(template)).orElseGet(() -> new Parsed.Ok<>(template));
    }

    private static Optional<Parsed<String>> unknownPlaceholder(String template) {
        return PLACEHOLDER
                .matcher(template)
                .results()
                .map((MatchResult match) -> match.group(1))
                .filter(name -> !PLACEHOLDERS.contains(name))
                .map(DisplayNameTemplate::unknown)
                .findFirst();
    }

    private static Parsed<String> unknown(String name) {
        return new Parsed.Invalid<>("{%s} is not known; %s"
                .formatted(
                        name,
                        Suggestion.nearest(name, PLACEHOLDERS)
                                .map("did you mean {%s}?"::formatted)
                                .orElse("use {name}, {address}, {local-part} or {device}")));
    }

    private static Optional<Parsed<String>> strayBrace(String template) {
        String rest = PLACEHOLDER.matcher(template).replaceAll("");
        return rest.contains("{") || rest.contains("}")
                ? Optional.of(new Parsed.Invalid<>(TextValues.quoted(template) + " has an unmatched { or }"))
                : Optional.empty();
    }
}
