/// The commands that find, show and change messages: `o365-relay queue` and `o365-relay trace`. A command that changes
/// messages shows what it selected and asks before it changes anything. Knows nothing of how the queue is stored: it
/// asks [org.o365relay.daemon.control.Control].
@NullMarked
package org.o365relay.daemon.cli.queue;

import org.jspecify.annotations.NullMarked;
