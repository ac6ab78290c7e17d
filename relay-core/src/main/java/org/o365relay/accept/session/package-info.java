/// The SMTP session, independent of its connection: turns command lines and content into replies and queued
/// messages. The reply 250 is sent only after the queue has committed the message.
///
/// 1. `CommandParser`, with `EnvelopeParser`, parses command lines.
/// 2. `Session` is the state machine of the protocol; `EnvelopeCommands` accepts or rejects MAIL and RCPT.
/// 3. `MessageReceiver` receives content (`ContentDecoder`, `ContentChecks`) and commits the message.
///
/// The connection calls `Session` and `MessageReceiver`. This package does not depend on Netty or sockets, and
/// no method blocks.
@NullMarked
package org.o365relay.accept.session;

import org.jspecify.annotations.NullMarked;
