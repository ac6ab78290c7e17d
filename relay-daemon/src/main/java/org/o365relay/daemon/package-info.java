/// The program: its entry point. The subpackages contain the command line, the control socket and the reports.
@NullMarked
package org.o365relay.daemon;

import org.jspecify.annotations.NullMarked;
