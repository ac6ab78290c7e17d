package org.o365relay.exchange;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.exchange.CatalogueBlocks.Block;
import org.o365relay.exchange.ReplyPattern.StatusRange;
import org.o365relay.mail.Reply;

/// Parses the catalogue. Comments in `replies.txt` describe its keys.
final class CatalogueParser {

    private static final Set<String> KEYS = Set.of(
            "from", "at", "code", "status", "error", "text", "phrase", "not", "class", "probe", "cause", "author",
            "advice", "example");

    private final Block block;

    private CatalogueParser(Block block) {
        this.block = block;
    }

    /// @throws IllegalArgumentException if the text is malformed; the message names the line or the entry
    static List<KnownReply> parse(String text) {
        List<KnownReply> entries = new ArrayList<>();
        CatalogueBlocks.read(text, KEYS, block -> entries.add(new CatalogueParser(block).entry()));
        return entries;
    }

    private KnownReply entry() {
        ReplyPattern pattern = new ReplyPattern(
                words("code"),
                words("status").stream().map(StatusRange::parse).toList(),
                words("error"),
                block.all("text"),
                block.all("phrase"),
                ReplyPattern.Exceptions.parse(block.all("not")));
        return new KnownReply(
                block.section(),
                block.name(),
                sources(),
                Set.copyOf(named(ReplyStep.values(), words("at"), "unknown step: ")),
                pattern,
                kind(),
                block.one("cause"),
                block.text("author"),
                block.text("advice"),
                probe(),
                examples());
    }

    private List<ReplySource> sources() {
        List<String> names = block.all("from").isEmpty() ? List.of("smtp") : words("from");
        List<String> single = names.stream()
                .flatMap(name -> name.equals("smtp") ? Stream.of("submission", "connector") : Stream.of(name))
                .toList();
        return named(ReplySource.values(), single, "unknown source: ");
    }

    private KnownReply.Kind kind() {
        return named(KnownReply.Kind.values(), block.one("class"), "unknown class: ");
    }

    private static <T extends Enum<T>> List<T> named(T[] values, List<String> texts, String error) {
        return texts.stream().map(text -> named(values, text, error)).toList();
    }

    private static <T extends Enum<T>> T named(T[] values, String text, String error) {
        return Arrays.stream(values)
                .filter(value ->
                        value.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(error + text));
    }

    private @Nullable Duration probe() {
        if (block.all("probe").isEmpty()) {
            return null;
        }
        try {
            return Duration.parse("PT" + block.one("probe"));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("invalid duration: " + block.one("probe"), e);
        }
    }

    private List<Reply> examples() {
        if (block.all("example").isEmpty()) {
            throw new IllegalArgumentException("needs an example");
        }
        return block.all("example").stream()
                .map(text ->
                        Reply.parse(text).orElseThrow(() -> new IllegalArgumentException("invalid reply: " + text)))
                .toList();
    }

    private List<String> words(String key) {
        return block.all(key).stream()
                .flatMap(line -> Arrays.stream(line.split("\\s+")))
                .toList();
    }
}
