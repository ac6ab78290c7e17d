package org.o365relay.ndr;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A position in a Graph folder: the receive time of the last message scanned, and the scanned messages that
/// were received in the same second. Graph reports times in whole seconds.
///
/// @param time receive time of the last message scanned, truncated to seconds; 1970 if there is none
/// @param seen IDs of the scanned messages that were received in that second
record GraphPosition(Instant time, List<String> seen) {

    GraphPosition {
        time = time.truncatedTo(ChronoUnit.SECONDS);
        seen = List.copyOf(seen);
    }

    /// @return the position; empty if the text is not one
    static Optional<GraphPosition> parse(String text) {
        String[] fields = text.split(" ", -1);
        try {
            return Optional.of(new GraphPosition(
                    Instant.parse(fields[0]), Arrays.stream(fields).skip(1).toList()));
        } catch (DateTimeParseException invalid) {
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
