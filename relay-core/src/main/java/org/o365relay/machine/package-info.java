/// What the machine on which the relay runs lacks. All other packages may use this one.
@NullMarked
package org.o365relay.machine;

import org.jspecify.annotations.NullMarked;
