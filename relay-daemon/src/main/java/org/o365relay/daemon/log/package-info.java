/// Extensions of Logback, referenced by class name in `logback.xml` and in the system properties that `Main` sets.
@NullMarked
package org.o365relay.daemon.log;

import org.jspecify.annotations.NullMarked;
