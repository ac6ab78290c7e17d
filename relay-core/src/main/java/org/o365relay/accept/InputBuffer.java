package org.o365relay.accept;

import static io.netty.handler.codec.ByteToMessageDecoder.MERGE_CUMULATOR;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;

/// Received octets that have not been processed yet. Holds no pooled buffer, and none at all while it is empty,
/// provided that the caller calls [#trim] after processing octets: a few octets in a pooled buffer can keep a whole
/// chunk of the pool from being used again.
final class InputBuffer {

    private static final byte LINE_FEED = '\n';

    private final ReceiveMemory memory;
    private ByteBuf octets = Unpooled.EMPTY_BUFFER;
    private boolean trimmed = true;
    private int counted; // octets counted as used memory

    InputBuffer(ReceiveMemory memory) {
        this.memory = memory;
    }

    /// @param received received octets; this object takes ownership
    void add(ByteBufAllocator allocator, ByteBuf received) {
        trimmed = false;
        octets = MERGE_CUMULATOR.cumulate(allocator, octets.discardSomeReadBytes(), received);
        count();
    }

    int length() {
        return octets.readableBytes();
    }

    boolean isEmpty() {
        return !octets.isReadable();
    }

    /// @return number of octets before the first line feed; -1 if there is none
    int lineLength() {
        return octets.bytesBefore(LINE_FEED);
    }

    /// Removes the first line and its line feed.
    ///
    /// @param length length of the line, as returned by [#lineLength]
    /// @return the line, without its line feed
    String takeLine(int length) {
        String line = octets.toString(octets.readerIndex(), length, StandardCharsets.UTF_8);
        octets.skipBytes(length + 1);
        return line;
    }

    /// Discards the received part of a line.
    ///
    /// @return whether the line feed was received
    boolean skipLine() {
        int length = lineLength();
        octets.skipBytes(length < 0 ? octets.readableBytes() : length + 1);
        return length >= 0;
    }

    /// @return a copy of the first octets, which stay in the buffer
    byte[] first(int count) {
        return ByteBufUtil.getBytes(octets, octets.readerIndex(), count);
    }

    void skip(int count) {
        octets.skipBytes(count);
    }

    /// Moves the remaining octets to a buffer of their size outside the pool; releases the buffer if it is
    /// empty.
    void trim() {
        if (isEmpty()) {
            discard();
        } else if (!trimmed) {
            ByteBuf copy =
                    UnpooledByteBufAllocator.DEFAULT.directBuffer(length()).writeBytes(octets);
            octets.release();
            octets = copy;
            trimmed = true;
            count();
        }
    }

    /// Discards all octets and releases the Netty buffer.
    void discard() {
        octets.release();
        octets = Unpooled.EMPTY_BUFFER;
        count();
    }

    private void count() {
        memory.add(octets.capacity() - counted);
        counted = octets.capacity();
    }
}
