package org.o365relay.accept;

import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;

/// Reads from one connection. Pauses the reading of content while memory is short, so that TCP flow control
/// slows the client down. Must be used on the event loop of the connection.
final class PacedReads {

    private static final long PAUSE_MILLIS = 50;
    private static final int MAX_TLS_RECORD = 16 * 1024;

    private final ReceiveMemory memory;
    private boolean paused;
    private boolean isTls;

    PacedReads(ReceiveMemory memory) {
        this.memory = memory;
    }

    void tlsStarted() {
        isTls = true;
    }

    /// @param length number of octets that the connection keeps after it received some without reading
    /// @return whether memory is short, and these are more than the remaining TLS records of its last read
    boolean isTooMuch(ChannelHandlerContext ctx, int length) {
        int records = isTls ? ctx.channel().unsafe().recvBufAllocHandle().guess() + MAX_TLS_RECORD : 0;
        return memory.isShort() && length > records;
    }

    /// @param again called after a pause; must decide again whether to read
    @SuppressWarnings("FutureReturnValueIgnored") // the timer is never cancelled
    void read(ChannelHandlerContext ctx, boolean isContent, Runnable again) {
        if (!isContent || !memory.isShort()) {
            ctx.read();
        } else if (!paused) {
            paused = true;
            ctx.executor()
                    .schedule(
                            () -> {
                                paused = false;
                                again.run();
                            },
                            PAUSE_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }
}
