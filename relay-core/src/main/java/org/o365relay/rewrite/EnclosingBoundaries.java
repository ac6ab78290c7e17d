package org.o365relay.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The boundaries of the multiparts that enclose the current position in a message, outermost first. A
/// delimiter of any of them ends a part (RFC 2046 §5.1.2).
final class EnclosingBoundaries {

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
