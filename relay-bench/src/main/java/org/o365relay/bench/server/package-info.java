/// Starts the servers under test (relay, Postfix or smtp-sink) as processes, and measures their CPU time and
/// memory.
@NullMarked
package org.o365relay.bench.server;

import org.jspecify.annotations.NullMarked;
