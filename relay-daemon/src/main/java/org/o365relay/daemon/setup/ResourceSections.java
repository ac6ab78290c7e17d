package org.o365relay.daemon.setup;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads resources that consist of sections. A line `#@ NAME` starts a section; the text before the first one is
/// a comment.
final class ResourceSections {

    private ResourceSections() {}

    /// @return the text of each section by its name, in the order of the resource
    static Map<String, String> read(String resource) {
        try (InputStream in = ResourceSections.class.getResourceAsStream(resource)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Map<String, String> sections = new LinkedHashMap<>();
            String[] pieces = text.split("(?m)^#@ ");
            for (String piece : List.of(pieces).subList(1, pieces.length)) {
                int end = piece.indexOf('\n');
                sections.put(piece.substring(0, end), piece.substring(end + 1));
            }
            return sections;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
