/// How commands reach the relay: over a socket in its data directory while it runs, else by looking into its
/// queue. Who may write to the socket may steer the relay.
@NullMarked
package org.o365relay.daemon.control;

import org.jspecify.annotations.NullMarked;
