package org.o365relay.accept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.tls.ClientHello;

/// Precedes an `SslHandler` in the pipeline and reads the ClientHello as it passes through. Removes itself when
/// the ClientHello is complete, or when it has read the maximum length of a TLS record without finding one.
final class ClientHelloReader extends ChannelInboundHandlerAdapter {

    private static final int MAX_RECORD = 5 + 16 * 1024; // RFC 8446 §5.1

    private final String keyAlgorithm;
    private final ByteBuf octets = Unpooled.buffer(512);
    private @Nullable ClientHello hello;

    /// @param keyAlgorithm key algorithm of the relay's certificate
    ClientHelloReader(String keyAlgorithm) {
        this.keyAlgorithm = keyAlgorithm;
    }

    /// @return result of [ClientHello#reasonWithoutOldTls]; empty if no ClientHello was read
    Optional<String> reasonWithoutOldTls() {
        return Optional.ofNullable(hello).flatMap(read -> read.reasonWithoutOldTls(keyAlgorithm));
    }

    /// @return result of [ClientHello#reasonEvenWithOldTls]; empty if no ClientHello was read
    Optional<String> reasonEvenWithOldTls() {
        return Optional.ofNullable(hello).flatMap(read -> read.reasonEvenWithOldTls(keyAlgorithm));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf received = (ByteBuf) message;
        int length = Math.min(received.readableBytes(), MAX_RECORD - octets.readableBytes());
        octets.writeBytes(received, received.readerIndex(), length);
        hello = ClientHello.parse(octets).orElse(null);
        if (hello != null || octets.readableBytes() == MAX_RECORD) {
            ctx.pipeline().remove(this);
        }
        ctx.fireChannelRead(message);
    }
}
