/// Reloads the configuration file of the running relay: reads and validates it completely, compares it with the
/// configuration in force, puts it into force, and reports each change.
@NullMarked
package org.o365relay.daemon.reload;

import org.jspecify.annotations.NullMarked;
