/// Tests of how commands reach the relay.
@NullMarked
package org.o365relay.daemon.control;

import org.jspecify.annotations.NullMarked;
