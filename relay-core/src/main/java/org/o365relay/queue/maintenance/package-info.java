/// Commands on a whole queue: verify and back it up, whether a relay is running or not; repair and restore it
/// while no relay is running.
///
/// A command that is killed loses no message and can be run again. No message is discarded: a message that
/// cannot be delivered is put in quarantine.
@NullMarked
package org.o365relay.queue.maintenance;

import org.jspecify.annotations.NullMarked;
