package org.o365relay.accept;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes a connection after an exception. I/O errors and invalid TLS records are logged at debug level only.
@SuppressWarnings("FutureReturnValueIgnored") // a failed close makes the channel inactive
final class ConnectionErrors {

    private static final Logger log = LoggerFactory.getLogger(ConnectionErrors.class);

    private ConnectionErrors() {}

    static void close(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause instanceof DecoderException) { // DecoderException: invalid TLS
            log.debug("connection lost: {}", cause.toString());
        } else {
            log.error("closing a connection after an unexpected error", cause);
        }
        ctx.close();
    }
}
