package org.o365relay.queue;

import java.util.List;
import java.util.stream.Stream;

/// Whose messages a claimant may claim: those that are already its own, and those of the routes it serves that
/// are nobody's yet.
///
/// @param owner what the claimant is called: a mailbox's address in lower case. What it claims is its own from
///     then on
/// @param routes what it serves; its own name may be among them
public record ClaimScope(String owner, List<String> routes) {

    public ClaimScope {
        routes = List.copyOf(routes);
    }

    boolean serves(String lane) {
        return owner.equals(lane) || routes.contains(lane);
    }

    /// @return where its messages are: its own first
    List<String> mailboxes() {
        return Stream.concat(Stream.of(owner), routes.stream()).distinct().toList();
    }
}
