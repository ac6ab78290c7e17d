/// What every stage needs over time: a task that is repeated, and a count within a window. Knows no other package.
@NullMarked
package org.o365relay.time;

import org.jspecify.annotations.NullMarked;
