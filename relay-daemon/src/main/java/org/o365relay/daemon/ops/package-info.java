/// What the service manager sees.
@NullMarked
package org.o365relay.daemon.ops;

import org.jspecify.annotations.NullMarked;
