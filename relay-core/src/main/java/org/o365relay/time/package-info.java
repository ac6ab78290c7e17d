/// General classes: a clock for elapsed time, repeated tasks, and counts over a rolling window. Depends on no other
/// package of the relay.
@NullMarked
package org.o365relay.time;

import org.jspecify.annotations.NullMarked;
