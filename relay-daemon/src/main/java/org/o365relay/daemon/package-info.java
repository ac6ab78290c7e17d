/// The entry point of the program. The subpackages contain, among other things, the command line, the control
/// socket, the check and the reports.
@NullMarked
package org.o365relay.daemon;

import org.jspecify.annotations.NullMarked;
