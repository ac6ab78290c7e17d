package org.o365relay.queue;

import java.io.InputStream;
import java.util.Optional;

/// A message's original content; only a small part is in memory at a time. Reading fails with an [IOException]
/// if the content is incomplete, does not match its checksums, or cannot be read from the queue.
public abstract class ContentStream extends InputStream {

    /// @return the damage that was found; empty if reading has not failed, or failed for a reason that may be
    ///     temporary
    public abstract Optional<String> damage();

    /// Does nothing: the stream holds no resources.
    @Override
    public final void close() {}
}
