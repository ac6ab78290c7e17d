/// Commands on a whole queue: verify and back it up, whether a relay is running or not; repair and restore it
/// while no relay is running.
///
/// A command that is killed loses nothing and can be run again. Nothing is discarded: what cannot be delivered
/// is put in quarantine.
@NullMarked
package org.o365relay.queue.maintenance;

import org.jspecify.annotations.NullMarked;
