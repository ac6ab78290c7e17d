/// Reloads the configuration file of the running relay: reads and validates it completely, compares it with the
/// active configuration, applies it, and reports each change.
@NullMarked
package org.o365relay.daemon.reload;

import org.jspecify.annotations.NullMarked;
