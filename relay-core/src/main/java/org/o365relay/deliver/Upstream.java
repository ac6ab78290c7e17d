package org.o365relay.deliver;

import java.util.Map;
import org.o365relay.mail.Recipient;

/// A way into Microsoft 365. Implementations keep connections open between attempts and may be called from
/// several threads, up to [#connections()] at a time.
public interface Upstream extends AutoCloseable {

    /// One attempt to hand over one message. Blocks; every step has a time limit.
    ///
    /// A connection that had gone stale in the pool is replaced without being told of.
    ///
    /// @return a response for each recipient, in the order of the message's recipients
    Map<Recipient, Response> attempt(OutgoingMessage message);

    /// Walks to the server and signs in, on a connection of its own; sends nothing.
    UpstreamCheck check();

    /// @return how many attempts may run at once
    int connections();

    /// @return host and port or whatever names it in the journal
    String name();

    /// Ends idle connections politely. Attempts in flight end by themselves.
    @Override
    void close();
}
