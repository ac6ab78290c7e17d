/// Gives commands access to the relay: over a Unix socket while the relay is running, otherwise by reading its
/// queue. Users with write permission for the socket can control the relay.
///
/// The request and the response are one line of JSON each (`Protocol`); the message follows the response to
/// `content`. Both contain the protocol version and
/// the program version, so that the relay can reject a change requested by a command of a different version.
/// `ControlServer` serves at most 16 clients at once, each in a virtual thread. A client has ten seconds to
/// send its request, and ten seconds to read each chunk of the response. A change runs to completion even if
/// its client disconnects, and is recorded under the name of the user that the kernel reports (`SO_PEERCRED`).
/// `ControlSocket` creates the socket in a directory of its own, so that no client can connect before its
/// permissions are set.
///
/// `Controls.open` returns a `Control`: `SocketControl` if a relay listens on the socket, otherwise
/// `OfflineControl`, which reads the queue files and changes nothing.
@NullMarked
package org.o365relay.daemon.control;

import org.jspecify.annotations.NullMarked;
