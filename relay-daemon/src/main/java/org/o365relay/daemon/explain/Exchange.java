package org.o365relay.daemon.explain;

import java.util.List;

/// What a client sends, and what the relay replies.
///
/// @param client the client's line, or a description of its content; empty for the greeting
/// @param replies the lines of the reply; empty if there is none
public record Exchange(String client, List<String> replies) {

    public Exchange {
        replies = List.copyOf(replies);
    }

    /// @return whether the client's line is this command
    boolean is(String verb) {
        return client.regionMatches(true, 0, verb, 0, verb.length());
    }

    boolean isAccepted() {
        return !replies.isEmpty() && replies.getLast().matches("[23].*");
    }

    boolean isRejected() {
        return !replies.isEmpty() && !isAccepted();
    }

    /// @return whether the relay replied that it queued a message
    boolean queuesMessage() {
        return replies.stream().anyMatch(line -> line.startsWith("250 2.0.0 Queued as"));
    }

    /// @return the last line of the reply; `no reply` if there is none
    String reply() {
        return replies.isEmpty() ? "no reply" : replies.getLast();
    }
}
