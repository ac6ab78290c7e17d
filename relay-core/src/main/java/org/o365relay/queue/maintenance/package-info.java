/// Operations on a whole queue. Verification and backup work whether or not a relay is running; repair and
/// restore require that no relay is running.
///
/// If an operation is killed, no message is lost and the operation can be run again. A repair discards no
/// message: if a message cannot be delivered, it is copied to quarantine and put on hold.
@NullMarked
package org.o365relay.queue.maintenance;

import org.jspecify.annotations.NullMarked;
