/// The events of the relay. [org.o365relay.journal.Journal] has a method for each event; its implementations
/// write the log, count rates and raise alerts.
@NullMarked
package org.o365relay.journal;

import org.jspecify.annotations.NullMarked;
