@NullMarked
package org.o365relay.daemon.cli;

import org.jspecify.annotations.NullMarked;
