/// Resources of the machine that can run short. All other packages may use this package.
@NullMarked
package org.o365relay.machine;

import org.jspecify.annotations.NullMarked;
