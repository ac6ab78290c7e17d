/// A task that is repeated and a count over a rolling window, for all stages. Depends on no other package.
@NullMarked
package org.o365relay.time;

import org.jspecify.annotations.NullMarked;
