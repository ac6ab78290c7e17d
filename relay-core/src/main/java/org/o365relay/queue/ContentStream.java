package org.o365relay.queue;

import java.io.InputStream;
import java.util.Optional;

/// A message's original content, with a small part in memory at a time. Reading fails with an [IOException] if
/// the content is incomplete or does not match its checksums.
public abstract class ContentStream extends InputStream {

    /// @return the damage that was found; empty if reading has not failed, or failed for a reason that may be
    ///     temporary
    public abstract Optional<String> damage();

    /// Does nothing.
    @Override
    public final void close() {}
}
