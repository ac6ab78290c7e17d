/// The program: command line, control socket, and the sandbox, a stand-in for Microsoft 365.
@NullMarked
package org.o365relay.daemon;

import org.jspecify.annotations.NullMarked;
