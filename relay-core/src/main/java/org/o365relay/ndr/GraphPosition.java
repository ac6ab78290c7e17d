package org.o365relay.ndr;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// How far a folder has been looked through: a time, which Graph tells in seconds, and what was seen of that
/// second.
///
/// @param seen ids
record GraphPosition(Instant time, List<String> seen) {

    GraphPosition {
        time = time.truncatedTo(ChronoUnit.SECONDS);
        seen = List.copyOf(seen);
    }

    /// @return empty if it makes no sense
    static Optional<GraphPosition> parse(String text) {
        String[] words = text.split(" ", -1);
        try {
            return Optional.of(new GraphPosition(
                    Instant.parse(words[0]), Arrays.stream(words).skip(1).toList()));
        } catch (DateTimeParseException unreadable) {
            return Optional.empty();
        }
    }

    boolean includes(Instant received, String id) {
        return received.isBefore(time) || seen.contains(id);
    }

    GraphPosition advancedTo(Instant received, String id) {
        Instant second = received.truncatedTo(ChronoUnit.SECONDS);
        return second.equals(time)
                ? new GraphPosition(
                        time, Stream.concat(seen.stream(), Stream.of(id)).toList())
                : new GraphPosition(second, List.of(id));
    }

    @Override
    public String toString() {
        return seen.isEmpty() ? time.toString() : time + " " + String.join(" ", seen);
    }
}
