/// General classes for repeating a task and for counting events over a rolling window. Depends on no other
/// package of the relay.
@NullMarked
package org.o365relay.time;

import org.jspecify.annotations.NullMarked;
