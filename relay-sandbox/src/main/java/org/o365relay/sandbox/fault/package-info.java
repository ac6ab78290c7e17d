/// Faults that can be injected, with their syntax, and the list of those still to be injected. The package knows no
/// protocol; the services ask it at each point.
@NullMarked
package org.o365relay.sandbox.fault;

import org.jspecify.annotations.NullMarked;
