/// Faults that can be injected, with their syntax, and the list of those that are still to be injected. The
/// package implements no protocol: the services look up the next fault at each point.
@NullMarked
package org.o365relay.sandbox.fault;

import org.jspecify.annotations.NullMarked;
