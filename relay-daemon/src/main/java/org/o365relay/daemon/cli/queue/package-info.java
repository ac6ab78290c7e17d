/// The commands that find, show and change messages: `o365-relay queue` and `o365-relay trace`. A command that
/// changes messages asks for confirmation unless `--yes` or `--dry-run` is given. The commands access the queue
/// through [org.o365relay.daemon.control.Control]; only `queue verify` opens the queue files.
@NullMarked
package org.o365relay.daemon.cli.queue;

import org.jspecify.annotations.NullMarked;
