/// Explains what the relay would do with a message or a reply, using the same classes as a session. Opens no
/// connections.
@NullMarked
package org.o365relay.daemon.explain;

import org.jspecify.annotations.NullMarked;
