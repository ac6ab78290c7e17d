/// The entry point of the program. Each subpackage is a function of the program besides the relay itself, such
/// as the command line, the control socket or the reload of the configuration.
@NullMarked
package org.o365relay.daemon;

import org.jspecify.annotations.NullMarked;
