/// The servers under test: starts a relay, Postfix or smtp-sink as a process, and measures its CPU time and
/// memory.
@NullMarked
package org.o365relay.bench.server;

import org.jspecify.annotations.NullMarked;
