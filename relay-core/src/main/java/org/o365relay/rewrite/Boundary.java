package org.o365relay.rewrite;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.o365relay.mail.ParameterizedValue;

/// The boundary of a multipart (RFC 2046 §5.1.1). A parameter that is not written according to the standard
/// may mean several boundaries; the first line of the body that is a delimiter for one of them decides. If
/// there is no parameter, the first line that begins with two hyphens decides.
final class Boundary {

    private static final int MAX = 200; // 70 according to the standard

    private List<String> candidates;
    private boolean found;
    private final boolean guessed;

    private Boundary(List<String> candidates) {
        this.candidates = candidates;
        this.guessed = candidates.isEmpty();
    }

    static Boundary of(ParameterizedValue type) {
        Set<String> candidates = new LinkedHashSet<>();
        for (String value : type.values("boundary")) {
            candidates.add(value);
            candidates.add(value.split("[\\s\"]", 2)[0]);
            candidates.add(value.replaceFirst("\\s*\\([^)]*\\)$", ""));
            candidates.add(value.replaceAll("^'|'$", ""));
            candidates.add(value.replaceAll("\\\\(.)", "$1"));
        }
        type.text("boundary").ifPresent(candidates::add);
        return new Boundary(candidates.stream()
                .map(String::stripTrailing)
                .filter(value -> !value.isEmpty() && value.length() <= MAX)
                .distinct()
                .toList());
    }

    /// The role of a line in a multipart.
    enum Line {
        OTHER,
        DELIMITER,
        CLOSING
    }

    /// Tests whether the line is a delimiter of the multipart.
    Line match(MimeLineReader lines) {
        if (!found && guessed) {
            guess(lines);
        }
        for (String candidate : candidates) {
            boolean closing = lines.isDelimiter(candidate, true);
            if (closing || lines.isDelimiter(candidate, false)) {
                candidates = List.of(candidate);
                found = true;
                return closing ? Line.CLOSING : Line.DELIMITER;
            }
        }
        return Line.OTHER;
    }

    private void guess(MimeLineReader lines) {
        String line = lines.text().stripTrailing();
        boolean isDelimiter = line.length() > 2
                && line.length() <= MAX
                && line.chars().skip(2).anyMatch(c -> c != '-')
                && line.charAt(2) > ' ';
        candidates = isDelimiter ? List.of(line.substring(2)) : List.of();
    }

    /// @return whether the line could be taken for a delimiter of the multipart by a reader that compares only
    ///     the beginning of the line
    boolean resembles(MimeLineReader lines) {
        return candidates.stream().anyMatch(lines::beginsDelimiter);
    }

    /// @return whether both may have the same delimiters
    boolean overlaps(Boundary other) {
        return candidates.stream().anyMatch(other.candidates::contains);
    }

    /// @return whether the multipart declares no boundary
    boolean isGuessed() {
        return guessed;
    }

    /// @return the boundary, one octet per character; empty if no delimiter was found
    String value() {
        return found ? candidates.getFirst() : "";
    }

    /// The boundaries of the multiparts that enclose the current position in a message, outermost first. A
    /// delimiter of any of them ends a part (RFC 2046 §5.1.2).
    static final class Nesting {

        private final List<Boundary> boundaries = new ArrayList<>();

        /// A line that is a delimiter.
        ///
        /// @param level nesting level of the multipart that the delimiter belongs to, 0 for the outermost
        /// @param closing whether the delimiter closes the multipart
        record Delimiter(int level, boolean closing) {}

        /// Enters a multipart.
        ///
        /// @return its nesting level
        int enter(Boundary boundary) {
            boundaries.add(boundary);
            return boundaries.size() - 1;
        }

        /// Leaves the innermost multipart.
        void leave() {
            boundaries.removeLast();
        }

        int depth() {
            return boundaries.size();
        }

        boolean anyMatch(Predicate<Boundary> condition) {
            return boundaries.stream().anyMatch(condition);
        }

        /// @return the delimiter that the current line is; empty if it is none
        Optional<Delimiter> match(MimeLineReader lines) {
            if (!lines.startsWithHyphens()) {
                return Optional.empty();
            }
            for (int level = boundaries.size() - 1; level >= 0; level--) {
                Boundary.Line line = boundaries.get(level).match(lines);
                if (line != Boundary.Line.OTHER) {
                    return Optional.of(new Delimiter(level, line == Boundary.Line.CLOSING));
                }
            }
            return Optional.empty();
        }
    }
}
