/// Listening sockets: TCP ports, Unix sockets, and sockets inherited from systemd. A socket that cannot be
/// opened is reported with the cause and, if known, the fix. Does not handle the connections that the sockets
/// accept.
@NullMarked
package org.o365relay.accept.socket;

import org.jspecify.annotations.NullMarked;
