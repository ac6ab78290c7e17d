@NullMarked
package org.o365relay.daemon.setup;

import org.jspecify.annotations.NullMarked;
