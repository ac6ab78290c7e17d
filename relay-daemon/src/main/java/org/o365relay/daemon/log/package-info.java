/// Extensions of Logback, named in `logback.xml` and in its system properties.
@NullMarked
package org.o365relay.daemon.log;

import org.jspecify.annotations.NullMarked;
