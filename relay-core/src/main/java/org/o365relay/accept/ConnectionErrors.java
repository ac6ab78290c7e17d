package org.o365relay.accept;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends a connection that has failed. That clients vanish, or break TLS, is nothing to report.
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails shows as an inactive channel
final class ConnectionErrors {

    private static final Logger log = LoggerFactory.getLogger(ConnectionErrors.class);

    private ConnectionErrors() {}

    static void close(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause instanceof DecoderException) { // the latter is broken TLS
            log.debug("connection lost: {}", cause.toString());
        } else {
            log.error("a connection failed", cause);
        }
        ctx.close();
    }
}
