package org.o365relay.accept;

import io.netty.channel.ChannelPipeline;

/// Starts TLS on a connection after the reply to STARTTLS (RFC 3207 §4).
interface TlsStart {

    /// Adds TLS to the head of the pipeline. After a successful handshake,
    /// [io.netty.handler.ssl.SslHandshakeCompletionEvent#SUCCESS] is fired; if the handshake fails, the
    /// connection is closed.
    ///
    /// @param hasPipelinedInput whether the client sent data without waiting for the reply
    void begin(ChannelPipeline pipeline, boolean hasPipelinedInput);
}
