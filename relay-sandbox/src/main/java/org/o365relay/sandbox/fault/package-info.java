/// The faults that can be injected, their syntax, and the list of pending faults. This package implements
/// no protocol: wherever a fault can be injected, the SMTP, token and Graph services look up the next
/// matching fault in the list.
@NullMarked
package org.o365relay.sandbox.fault;

import org.jspecify.annotations.NullMarked;
