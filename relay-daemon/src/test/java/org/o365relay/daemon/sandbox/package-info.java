@NullMarked
package org.o365relay.daemon.sandbox;

import org.jspecify.annotations.NullMarked;
