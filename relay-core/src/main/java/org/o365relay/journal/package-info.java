/// The events of the relay: [org.o365relay.journal.Event] lists them. Implementations of
/// [org.o365relay.journal.Journal] write the log, measure rates and raise alerts.
@NullMarked
package org.o365relay.journal;

import org.jspecify.annotations.NullMarked;
