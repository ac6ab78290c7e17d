/// The relay as a library. [org.o365relay.Relay] connects the stages; read it first.
///
/// Mail takes this path: [org.o365relay.accept] → [org.o365relay.admit] → [org.o365relay.queue] (the
/// device receives its 250), then [org.o365relay.queue] → [org.o365relay.rewrite] → [org.o365relay.deliver].
/// Accepting and delivering share only the queue. This module contains no main(), no configuration file
/// and no HTTP server.
@NullMarked
package org.o365relay;

import org.jspecify.annotations.NullMarked;
