package org.o365relay.accept;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Pauses a listener for 100 ms after a connection could not be accepted, usually because the process has no
/// file descriptors left, and logs the failure at most once a minute. Thread-safe.
@Sharable
@SuppressWarnings("FutureReturnValueIgnored") // the timer is never cancelled
final class AcceptFailureHandler extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(AcceptFailureHandler.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);
    private static final long PAUSE_MILLIS = 100;

    private final InstantSource clock;
    private Instant nextWarning = Instant.MIN;

    AcceptFailureHandler(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        warn(cause);
        ChannelConfig config = ctx.channel().config();
        config.setAutoRead(false);
        ctx.executor().schedule(() -> config.setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized void warn(Throwable cause) {
        Instant now = clock.instant();
        if (!now.isBefore(nextWarning)) {
            nextWarning = now.plus(LOG_INTERVAL);
            log.warn(
                    "cannot accept connections: {}; retrying. If the process has too many open files, raise LimitNOFILE"
                            + " of the service or lower relay.limits.connections",
                    cause.getMessage());
        }
    }
}
