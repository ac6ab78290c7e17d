package org.o365relay.accept;

import io.netty.channel.ChannelPipeline;

/// What a connection does after its reply to STARTTLS (RFC 3207 §4).
interface TlsStart {

    /// Puts TLS in front of the pipeline. When the handshake is done, an
    /// [io.netty.handler.ssl.SslHandshakeCompletionEvent] comes through; if it fails, the connection is closed.
    ///
    /// @param talkedOn whether the client has sent more without waiting for the reply
    void begin(ChannelPipeline pipeline, boolean talkedOn);
}
