/// Extensions of Logback, named in `logback.xml`.
@NullMarked
package org.o365relay.daemon.log;

import org.jspecify.annotations.NullMarked;
