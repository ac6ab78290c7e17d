/// The commands that find, show and change messages: `o365-relay queue` and `o365-relay trace`. A command that
/// changes messages shows the selected messages and, unless `--yes` is given, asks for confirmation. The
/// commands access the queue through [org.o365relay.daemon.control.Control]; only `queue verify` opens its
/// files.
@NullMarked
package org.o365relay.daemon.cli.queue;

import org.jspecify.annotations.NullMarked;
