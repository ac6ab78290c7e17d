/// What the relay would do, in words, before it does it. Asks the same classes as a session; nothing is connected to.
@NullMarked
package org.o365relay.daemon.explain;

import org.jspecify.annotations.NullMarked;
