package org.o365relay.accept;

import static io.netty.handler.codec.ByteToMessageDecoder.MERGE_CUMULATOR;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/// What a client has sent and nobody has taken yet. Costs no buffer while there is nothing.
final class InputBuffer {

    private static final byte LINE_FEED = '\n';

    private ByteBuf octets = Unpooled.EMPTY_BUFFER;

    /// @param received released here, or later
    void add(ByteBufAllocator allocator, ByteBuf received) {
        octets = MERGE_CUMULATOR.cumulate(allocator, octets.discardSomeReadBytes(), received);
    }

    int length() {
        return octets.readableBytes();
    }

    boolean isEmpty() {
        return !octets.isReadable();
    }

    /// @return how many octets come before the line feed; -1 if it is not there yet
    int lineLength() {
        return octets.bytesBefore(LINE_FEED);
    }

    /// Takes a line whose [#lineLength] is known, and its line feed.
    ///
    /// @return without the line feed
    String takeLine(int length) {
        String line = octets.toString(octets.readerIndex(), length, StandardCharsets.UTF_8);
        octets.skipBytes(length + 1);
        return line;
    }

    /// Throws the rest of a line away, as far as it is there.
    ///
    /// @return whether the line feed was there
    boolean skipLine() {
        int length = lineLength();
        octets.skipBytes(length < 0 ? octets.readableBytes() : length + 1);
        return length >= 0;
    }

    /// @return a copy of the first octets, which stay
    byte[] first(int count) {
        return ByteBufUtil.getBytes(octets, octets.readerIndex(), count);
    }

    void skip(int count) {
        octets.skipBytes(count);
    }

    /// Gives the buffer back if nothing is in it.
    void trim() {
        if (isEmpty()) {
            discard();
        }
    }

    /// Throws everything away.
    void discard() {
        octets.release();
        octets = Unpooled.EMPTY_BUFFER;
    }
}
