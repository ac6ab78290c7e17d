/// Connects commands to the relay: over a Unix socket in its data directory while it is running, otherwise by
/// reading its queue. Users with write permission for the socket control the relay.
@NullMarked
package org.o365relay.daemon.control;

import org.jspecify.annotations.NullMarked;
