/// Logback extensions. `logback.xml` and the system properties that `Main` sets refer to them by class name.
@NullMarked
package org.o365relay.daemon.log;

import org.jspecify.annotations.NullMarked;
