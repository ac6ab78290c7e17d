package org.o365relay.accept;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Writes the same text repeatedly, as fast as the server reads it, and reads nothing.
final class FloodingClient implements AutoCloseable {

    /// More octets than this do not fit into the buffers of the sockets, and must be in the server's memory.
    static final long TOO_MUCH = 64L * 1024 * 1024;

    /// Octets of each command of [#withRecipients].
    static final int RECIPIENT_LINE = "RCPT TO:<0000000@contoso.test>\r\n".length();

    private static final int MOST_RECIPIENTS = 1_000_000;

    private final SocketChannel channel = SocketChannel.open();
    private final Selector selector = Selector.open();
    private final ByteBuffer text;

    /// Sends MAIL, and then RCPT for one recipient after another, no two the same: the command that a client
    /// may send most often.
    static FloodingClient withRecipients(int port) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MOST_RECIPIENTS * RECIPIENT_LINE);
        byte[] line = "RCPT TO:<0000000@contoso.test>\r\n".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < MOST_RECIPIENTS; i++) {
            text.put(line);
            increment(line);
        }
        FloodingClient client = new FloodingClient(port, text.flip());
        client.channel.write(StandardCharsets.US_ASCII.encode("MAIL FROM:<a@device.test>\r\n"));
        return client;
    }

    /// Adds one to the decimal number in the line.
    private static void increment(byte[] line) {
        int digit = "RCPT TO:<0000000".length() - 1;
        for (; line[digit] == '9'; digit--) {
            line[digit] = '0';
        }
        line[digit]++;
    }

    FloodingClient(int port, String text) throws IOException {
        this(port, ByteBuffer.wrap(text.repeat(2_000).getBytes(StandardCharsets.US_ASCII)));
    }

    private FloodingClient(int port, ByteBuffer text) throws IOException {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, 64 * 1024);
        channel.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        this.text = text;
    }

    /// @param silence time without progress after which the client counts as stuck
    /// @return octets written, at most about [#TOO_MUCH]
    long writeUntilStuck(Duration silence) throws IOException {
        channel.configureBlocking(false);
        SelectionKey writable = channel.register(selector, SelectionKey.OP_WRITE);
        long written = 0;
        while (written < TOO_MUCH && selector.select(silence.toMillis()) > 0) {
            selector.selectedKeys().clear();
            if (!text.hasRemaining()) {
                text.rewind();
            }
            written += channel.write(text);
        }
        writable.cancel();
        selector.selectNow();
        channel.configureBlocking(true);
        return written;
    }

    /// Writes until the server closes the connection.
    ///
    /// @throws IllegalStateException if the server takes [#TOO_MUCH]
    void writeUntilClosed() throws IOException {
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_WRITE);
        for (long written = 0; written < TOO_MUCH; ) {
            selector.select();
            selector.selectedKeys().clear();
            if (!text.hasRemaining()) {
                text.rewind();
            }
            try {
                written += channel.write(text);
            } catch (IOException closed) {
                return;
            }
        }
        throw new IllegalStateException("the server takes everything");
    }

    /// @return the rest of the current repetition, which completes what was written
    ByteBuffer rest() {
        return text;
    }

    SocketChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
