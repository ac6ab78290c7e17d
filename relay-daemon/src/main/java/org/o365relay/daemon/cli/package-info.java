/// The commands, one class each. They print for people, and end with a documented exit code.
@NullMarked
package org.o365relay.daemon.cli;

import org.jspecify.annotations.NullMarked;
