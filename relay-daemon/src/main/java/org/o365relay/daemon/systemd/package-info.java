/// Notifies systemd of the state of the relay.
@NullMarked
package org.o365relay.daemon.systemd;

import org.jspecify.annotations.NullMarked;
