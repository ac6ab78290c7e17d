/// Explains what the relay would do with a message from a client or a reply from an upstream, using the same
/// classes as the relay itself. Opens no connections.
@NullMarked
package org.o365relay.daemon.explain;

import org.jspecify.annotations.NullMarked;
