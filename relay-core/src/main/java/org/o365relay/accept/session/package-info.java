/// The SMTP session without its connection: from command lines and octets of content to replies and a message
/// in the queue. The reply "250" to a message exists only after the queue has committed it.
///
/// 1. `CommandParser`, with `EnvelopeParser`, parses command lines.
/// 2. `Session` is the state machine of the protocol; `EnvelopeCommands` decides about MAIL and RCPT.
/// 3. `MessageReceiver` receives content (`ContentDecoder`, `ContentChecks`) and commits the message.
///
/// The connection calls `Session` and `MessageReceiver`. This package does not depend on Netty or sockets, and
/// no method blocks.
@NullMarked
package org.o365relay.accept.session;

import org.jspecify.annotations.NullMarked;
