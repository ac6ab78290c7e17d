/// The relay as a library. [org.o365relay.Relay] wires the stages; read it first.
///
/// Mail takes this path: [org.o365relay.accept] → [org.o365relay.admit] → [org.o365relay.queue] (here the
/// device gets its 250), then [org.o365relay.queue] → [org.o365relay.rewrite] → [org.o365relay.deliver].
/// Accepting and delivering share only the queue. There is no main(), no configuration file and no HTTP in this
/// module.
@NullMarked
package org.o365relay;

import org.jspecify.annotations.NullMarked;
