/// The faults that can be injected, their syntax, and the list of pending faults. The package does not
/// implement a protocol: at each point in the protocol, the services look up the next matching fault in the
/// list.
@NullMarked
package org.o365relay.sandbox.fault;

import org.jspecify.annotations.NullMarked;
