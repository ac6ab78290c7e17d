/// Reads the scenario of a sandbox from a HOCON file and reports all problems at once, with line numbers.
@NullMarked
package org.o365relay.sandbox.scenario;

import org.jspecify.annotations.NullMarked;
