/// Reads the scenario of a sandbox from a HOCON file and reports all problems at once, each with its line.
@NullMarked
package org.o365relay.sandbox.scenario;

import org.jspecify.annotations.NullMarked;
