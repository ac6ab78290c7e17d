/// General-purpose classes: a clock for elapsed time, repeated tasks, and counts over a rolling window. Apart
/// from `machine`, the package depends on no other package of the relay.
@NullMarked
package org.o365relay.time;

import org.jspecify.annotations.NullMarked;
