package org.o365relay.accept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The server's side of a connection without a socket. Counts the memory that its buffers use.
final class SteppedLine extends EmbeddedChannel implements DuplexChannel {

    private static final SocketAddress PEER = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 40_000);

    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false, true);
    private final @Nullable SteppedLoop loop; // null while the channel is being made
    private boolean reading;
    private boolean outputShutdown;

    /// @param handler the server's handler
    SteppedLine(SteppedLoop loop, ChannelHandler handler) {
        this.loop = loop;
        config().setAllocator(buffers);
        config().setAutoRead(false);
        pipeline().addLast(handler);
        pipeline().fireChannelActive();
    }

    /// @return whether the server reads
    boolean isReading() {
        return reading;
    }

    void send(byte[] octets, int from, int to) {
        reading = false;
        writeInbound(buffer(octets, from, to));
    }

    /// Sends what the server receives in one read, but record by record, as from TLS.
    void sendRecords(byte[]... records) {
        reading = false;
        writeInbound(Stream.of(records)
                .map(octets -> buffer(octets, 0, octets.length))
                .toArray());
    }

    private ByteBuf buffer(byte[] octets, int from, int to) {
        return buffers.heapBuffer(to - from).writeBytes(octets, from, to - from);
    }

    /// The client will send no more.
    void endInput() {
        pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }

    /// @return what the server has sent since the last call
    String heard() {
        StringBuilder heard = new StringBuilder();
        for (ByteBuf reply = readOutbound(); reply != null; reply = readOutbound()) {
            heard.append(reply.toString(StandardCharsets.UTF_8));
            reply.release();
        }
        return heard.toString();
    }

    /// @return octets in buffers that were not released
    long held() {
        return buffers.metric().usedHeapMemory() + buffers.metric().usedDirectMemory();
    }

    @Override
    protected void doBeginRead() {
        reading = true;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return PEER;
    }

    @Override
    public EventLoop eventLoop() {
        return loop == null ? super.eventLoop() : loop;
    }

    @Override
    public boolean isInputShutdown() {
        return false;
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown;
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return newSucceededFuture();
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        return promise.setSuccess();
    }

    @Override
    public ChannelFuture shutdownOutput() {
        outputShutdown = true;
        return newSucceededFuture();
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        outputShutdown = true;
        return promise.setSuccess();
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdownOutput();
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        return shutdownOutput(promise);
    }
}
