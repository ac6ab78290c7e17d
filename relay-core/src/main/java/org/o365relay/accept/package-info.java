/// SMTP in: bytes → session → envelope and content. Somebody waits on every line of this package, so every
/// answer is a reply, and event loops never block. It ends at "250", which is said only after the queue has
/// committed.
///
/// 1. `SmtpListener` opens the endpoints, with `ServerSockets`, and closes them.
/// 2. `ConnectionFilter` decides at the door who comes in, `ProxyHeader` says who that is if a proxy brings them, and
///    `RejectHandler` sends the others away.
/// 3. `PipelineFactory` leads a client to its session: through TLS (`Tls`, `Handshake`), or past `TlsDetection`, which
/// sees
///    whether it begins with TLS where plain text is spoken.
/// 4. `SmtpConnection` (one per client, on Netty) cuts bytes into command lines and content.
/// 5. `Session` is the protocol's state machine; it has no socket and can be tested without one.
///
/// The only package that imports Netty. It must not know what happens to a message after the commit.
@NullMarked
package org.o365relay.accept;

import org.jspecify.annotations.NullMarked;
