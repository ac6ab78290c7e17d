/// The SMTP server: turns the octets from a client into an envelope and content. Event loops never block. The
/// reply 250 is sent only after the queue has committed the message.
///
/// 1. `SmtpListener` opens the endpoints, using `socket.ServerSockets`, and closes them.
/// 2. `ConnectionFilter` admits or rejects connections; `ProxyHeader` reads the client address that a proxy
///    sends, and `RejectHandler` sends the rejections.
/// 3. `PipelineFactory` builds the pipeline of a client: TLS (`tls.Tls`, `Handshake`), or `TlsDetection` on a
///    plain-text port.
/// 4. `SmtpConnection` (one per connection, on Netty) splits input into command lines and content.
/// 5. `session.Session` is the state machine of the protocol; it has no socket.
///
/// Only this package and its sub-packages import Netty. They do not depend on the packages that deliver
/// messages.
@NullMarked
package org.o365relay.accept;

import org.jspecify.annotations.NullMarked;
