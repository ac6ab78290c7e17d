package org.o365relay.deliver.upstream;

import java.util.Map;
import org.o365relay.mail.Recipient;

/// A server that accepts the mail of one mailbox. Implementations keep connections open between attempts and
/// may be called from several threads, up to [#connections()] at a time.
public interface Upstream extends AutoCloseable {

    /// Makes one attempt to deliver one message. Blocks; every step has a time limit.
    ///
    /// If the server has closed a pooled connection, or is about to, the attempt is made on a new connection.
    ///
    /// @return a response for each recipient, in the order of the message's recipients
    Map<Recipient, Response> attempt(OutgoingMessage message);

    /// Makes one attempt to deliver a message that an earlier attempt may have delivered. If the server can
    /// tell, and the message was delivered, reports it as delivered without sending it again.
    ///
    /// @return a response for each recipient, in the order of the message's recipients
    default Map<Recipient, Response> repeat(OutgoingMessage message) {
        return attempt(message);
    }

    /// @return whether [#repeat] differs from [#attempt]
    default boolean canLookUp() {
        return false;
    }

    /// Connects (for SMTP, always on a new connection) and signs in; sends no mail.
    UpstreamCheck check();

    /// Cancels a wait that the upstream or its sign-in service has asked for (Retry-After), so that the next
    /// attempt or check can start at once.
    ///
    /// @return whether there was such a wait
    default boolean endRetryAfter() {
        return false;
    }

    /// If the previous upstream is for the same server and mailbox, keeps the waits that the server has asked
    /// for (Retry-After). Called before the first attempt.
    ///
    /// @param previous an upstream that this one replaces; its attempts in flight continue
    default void keepRetryAfter(Upstream previous) {}

    /// @return maximum number of concurrent attempts
    int connections();

    /// @return name in the journal, usually host and port
    String name();

    /// Closes idle SMTP connections with QUIT. Attempts in flight continue until they end.
    @Override
    void close();
}
