package org.o365relay.exchange;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Reads the file format of the catalogue and its translations: blocks of `key: value` lines under `[name]`. An
/// indented line continues the value; a line that begins with `==` begins a section, and one that begins with
/// `#` is a comment.
final class CatalogueBlocks {

    private final Set<String> keys;
    private final Consumer<Block> reader;
    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private String section = "";
    private String name = "";
    private String key = "";

    /// The entries under one `[name]`.
    ///
    /// @param values the values of each key, in order
    record Block(String section, String name, Map<String, List<String>> values) {

        List<String> all(String key) {
            return values.getOrDefault(key, List.of());
        }

        /// @throws IllegalArgumentException unless the key occurs exactly once
        String one(String key) {
            if (all(key).size() != 1) {
                throw new IllegalArgumentException("needs exactly one " + key);
            }
            return all(key).getFirst();
        }

        /// @return all values of the key, joined by spaces
        String text(String key) {
            return String.join(" ", all(key));
        }
    }

    private CatalogueBlocks(Set<String> keys, Consumer<Block> reader) {
        this.keys = keys;
        this.reader = reader;
    }

    /// @param keys the allowed keys
    /// @param reader receives each block; the messages of its IllegalArgumentExceptions are prefixed with the
    ///     block's name
    /// @throws IllegalArgumentException if the text is malformed; the message names the line or the block
    static void read(String text, Set<String> keys, Consumer<Block> reader) {
        CatalogueBlocks blocks = new CatalogueBlocks(keys, reader);
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            try {
                blocks.read(lines.get(i));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        blocks.end();
    }

    private void read(String line) {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        if (line.startsWith("== ")) {
            end();
            section = line.substring(3).strip();
        } else if (line.startsWith("[")) {
            end();
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
        if (name.isEmpty() || !keys.contains(key)) {
            throw new IllegalArgumentException("expected a [name], or one of " + keys + " and a colon: " + line);
        }
        values.computeIfAbsent(key, _ -> new ArrayList<>())
                .add(line.substring(colon + 1).strip());
    }

    private void continueValue(String more) {
        List<String> current = values.get(key);
        if (current == null) {
            throw new IllegalArgumentException("continuation without a value: " + more);
        }
        current.add(current.removeLast() + " " + more);
    }

    private void end() {
        if (name.isEmpty()) {
            return;
        }
        try {
            reader.accept(new Block(section, name, Map.copyOf(values)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("[" + name + "] " + e.getMessage(), e);
        }
        values.clear();
        name = "";
        key = "";
    }
}
