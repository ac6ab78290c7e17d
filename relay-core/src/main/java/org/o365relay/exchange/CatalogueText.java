package org.o365relay.exchange;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.exchange.ReplyPattern.StatusRange;
import org.o365relay.mail.Reply;

/// Reads the catalogue's text form: blocks of `key: value` under `[name]`, indented lines continue, `==` begins a
/// section, `#` a comment line. The file itself explains the keys.
final class CatalogueText {

    private static final Set<String> KEYS =
            Set.of("from", "code", "status", "error", "text", "class", "probe", "cause", "advice", "example");

    private final List<KnownReply> entries = new ArrayList<>();
    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private String section = "";
    private String name = "";
    private String key = "";

    private CatalogueText() {}

    /// @throws IllegalArgumentException if it is not well formed; the message names the line
    static List<KnownReply> parse(String text) {
        CatalogueText reader = new CatalogueText();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            try {
                reader.read(lines.get(i));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        reader.endEntry();
        return reader.entries;
    }

    private void read(String line) {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        if (line.startsWith("== ")) {
            endEntry();
            section = line.substring(3).strip();
        } else if (line.startsWith("[")) {
            endEntry();
            name = line.strip().replaceAll("^\\[|]$", "");
        } else if (Character.isWhitespace(line.charAt(0))) {
            continueValue(line.strip());
        } else {
            addValue(line);
        }
    }

    private void addValue(String line) {
        int colon = line.indexOf(':');
        key = line.substring(0, Math.max(0, colon));
        if (name.isEmpty() || !KEYS.contains(key)) {
            throw new IllegalArgumentException("expected a [name], or one of " + KEYS + " and a colon: " + line);
        }
        values.computeIfAbsent(key, _ -> new ArrayList<>())
                .add(line.substring(colon + 1).strip());
    }

    private void continueValue(String more) {
        List<String> started = values.get(key);
        if (started == null) {
            throw new IllegalArgumentException("continues nothing: " + more);
        }
        started.add(started.removeLast() + " " + more);
    }

    private void endEntry() {
        if (name.isEmpty()) {
            return;
        }
        try {
            entries.add(entry());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("[" + name + "] " + e.getMessage(), e);
        }
        values.clear();
        name = "";
        key = "";
    }

    private KnownReply entry() {
        ReplyPattern pattern = new ReplyPattern(
                words("code"), words("status").stream().map(StatusRange::parse).toList(), words("error"), all("text"));
        return new KnownReply(
                section,
                name,
                speaker(),
                pattern,
                kind(),
                one("cause"),
                String.join(" ", all("advice")),
                probe(),
                examples());
    }

    private Speaker speaker() {
        return all("from").isEmpty() ? Speaker.SMTP : named(Speaker.values(), one("from"), "not one who says things: ");
    }

    private KnownReply.Kind kind() {
        return named(KnownReply.Kind.values(), one("class"), "not a class: ");
    }

    private static <T extends Enum<T>> T named(T[] values, String text, String complaint) {
        return Arrays.stream(values)
                .filter(value ->
                        value.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(complaint + text));
    }

    private @Nullable Duration probe() {
        if (all("probe").isEmpty()) {
            return null;
        }
        try {
            return Duration.parse("PT" + one("probe"));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("not a time: " + one("probe"), e);
        }
    }

    private List<Reply> examples() {
        if (all("example").isEmpty()) {
            throw new IllegalArgumentException("has no example");
        }
        return all("example").stream()
                .map(text -> Reply.parse(text).orElseThrow(() -> new IllegalArgumentException("not a reply: " + text)))
                .toList();
    }

    private String one(String wanted) {
        if (all(wanted).size() != 1) {
            throw new IllegalArgumentException("needs exactly one " + wanted);
        }
        return all(wanted).getFirst();
    }

    private List<String> words(String wanted) {
        return all(wanted).stream()
                .flatMap(line -> Arrays.stream(line.split("\\s+")))
                .toList();
    }

    private List<String> all(String wanted) {
        return values.getOrDefault(wanted, List.of());
    }
}
