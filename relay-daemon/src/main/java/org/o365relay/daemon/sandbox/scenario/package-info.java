/// Reads the scenario of a sandbox from a HOCON file, with every mistake at once and its line.
@NullMarked
package org.o365relay.daemon.sandbox.scenario;

import org.jspecify.annotations.NullMarked;
