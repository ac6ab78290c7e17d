@NullMarked
package org.o365relay.daemon.report;

import org.jspecify.annotations.NullMarked;
