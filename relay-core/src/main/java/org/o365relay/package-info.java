/// The relay as a library. Start reading at [org.o365relay.Relay], which connects the stages.
///
/// Mail takes this path: [org.o365relay.accept] → [org.o365relay.admit] → [org.o365relay.queue] (the relay
/// replies 250 to the device), then [org.o365relay.queue] → [org.o365relay.rewrite] →
/// [org.o365relay.deliver]. The queue is the only path from acceptance to delivery. This module has no
/// `main()`, no configuration file and no HTTP server.
@NullMarked
package org.o365relay;

import org.jspecify.annotations.NullMarked;
