/// Notifications to systemd.
@NullMarked
package org.o365relay.daemon.systemd;

import org.jspecify.annotations.NullMarked;
