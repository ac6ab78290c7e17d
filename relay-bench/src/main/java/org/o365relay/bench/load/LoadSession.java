package org.o365relay.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One client session. Sends messages while any remain; reconnects when necessary.
///
/// The session never sends RSET: it reconnects after a 421 reply, and after any command refused before the
/// content, except a MAIL command that was not pipelined.
final class LoadSession {

    /// The step whose reply the session waits for.
    private enum Step {
        GREETING,
        EHLO,
        MAIL,
        RCPT,
        DATA,
        CONTENT,
        QUIT
    }

    /// The session ends if more than this many connections are dropped without an accepted message in between.
    private static final int MAX_CONSECUTIVE_DROPS = 100;

    private static final String MAIL = "MAIL FROM:<scanner@device.example>\r\n";
    private static final String RCPT = "RCPT TO:<accounts@contoso.example>\r\n";
    private static final String DATA = "DATA\r\n";

    private final SmtpLoad load;
    private final Selector selector;
    private final RemainingMessages remaining;
    private final LoadTally tally;
    private final Consumer<LoadSession> reconnect;

    private final ByteBuffer[] ehlo = command("EHLO device.example\r\n");
    private final ByteBuffer[] mail;
    private final ByteBuffer[] rcpt = command(RCPT);
    private final ByteBuffer[] data = command(DATA);
    private final ByteBuffer[] content;
    private final ByteBuffer[] quit = command("QUIT\r\n");
    private final ByteBuffer input = ByteBuffer.allocateDirect(4_096);
    private final ReplyDecoder replies = new ReplyDecoder();
    private final RandomGenerator random = new SplittableRandom();

    private @Nullable SelectionKey key;
    private ByteBuffer[] outgoing = ehlo;
    private Step step = Step.GREETING;
    private long sentAt;
    private int consecutiveDrops;

    LoadSession(
            SmtpLoad load,
            Selector selector,
            RemainingMessages remaining,
            LoadTally tally,
            Consumer<LoadSession> reconnect) {
        this.load = load;
        this.selector = selector;
        this.remaining = remaining;
        this.tally = tally;
        this.reconnect = reconnect;
        this.mail = command(load.pipelining() ? MAIL + RCPT + DATA : MAIL);
        this.content = load.content().views();
    }

    /// Takes the next message and connects to send it.
    ///
    /// @return false if no message remains or too many connections were dropped
    boolean open() {
        if (consecutiveDrops > MAX_CONSECUTIVE_DROPS || !remaining.take()) {
            return false;
        }
        step = Step.GREETING;
        replies.reset();
        input.clear();
        try {
            connect();
        } catch (IOException e) {
            drop();
        }
        return true;
    }

    /// Handles a socket that is connected, readable or writable.
    void ready() {
        SelectionKey current = connection();
        try {
            if (current.isConnectable()) {
                channel().finishConnect();
                current.interestOps(SelectionKey.OP_READ);
                return;
            }
            if (current.isWritable()) {
                write();
            }
            if (current.isReadable()) {
                read();
            }
        } catch (IOException e) {
            drop();
        }
    }

    /// Closes the session. Counts its message as dropped, unless the session has already sent QUIT.
    void abandon() {
        if (step != Step.QUIT) {
            tally.dropped();
        }
        close();
    }

    private void connect() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        key = channel.register(selector, SelectionKey.OP_CONNECT, this);
        if (channel.connect(load.server())) {
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    private void read() throws IOException {
        SelectionKey current = connection();
        if (channel().read(input) < 0) {
            drop();
            return;
        }
        input.flip();
        int code = replies.next(input);
        while (code != 0 && current.isValid()) {
            handleReply(code);
            code = replies.next(input);
        }
        input.clear();
    }

    private void handleReply(int code) throws IOException {
        if (step == Step.QUIT) {
            reconnect();
        } else if (code / 100 == (step == Step.DATA ? 3 : 2)) {
            advance();
        } else {
            refused(code);
        }
    }

    private void advance() throws IOException {
        switch (step) {
            case GREETING -> send(Step.EHLO, ehlo);
            case EHLO -> send(Step.MAIL, mail);
            case MAIL -> sendUnlessPipelined(Step.RCPT, rcpt);
            case RCPT -> sendUnlessPipelined(Step.DATA, data);
            case DATA -> {
                load.content().renewMessageId(content, random);
                send(Step.CONTENT, content);
            }
            case CONTENT -> accepted();
            case QUIT -> reconnect();
        }
    }

    private void accepted() throws IOException {
        tally.accepted(System.nanoTime() - sentAt);
        consecutiveDrops = 0;
        next();
    }

    private void refused(int code) throws IOException {
        tally.refused(code);
        boolean transactionIsOver = step == Step.CONTENT || (step == Step.MAIL && !load.pipelining());
        if (transactionIsOver && code != 421) {
            next();
        } else {
            reconnect();
        }
    }

    private void next() throws IOException {
        if (load.connections() == SmtpLoad.Connections.PERSISTENT && remaining.take()) {
            send(Step.MAIL, mail);
        } else {
            send(Step.QUIT, quit);
        }
    }

    private void sendUnlessPipelined(Step next, ByteBuffer[] command) throws IOException {
        if (load.pipelining()) {
            step = next;
        } else {
            send(next, command);
        }
    }

    private void send(Step next, ByteBuffer[] octets) throws IOException {
        step = next;
        outgoing = octets;
        for (ByteBuffer piece : octets) {
            piece.rewind();
        }
        write();
    }

    private void write() throws IOException {
        sentAt = System.nanoTime();
        if (outgoing.length == 1) {
            channel().write(outgoing[0]);
        } else {
            channel().write(outgoing);
        }
        boolean more = outgoing[outgoing.length - 1].hasRemaining();
        int interest = more ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (connection().interestOps() != interest) {
            connection().interestOps(interest);
        }
    }

    /// Handles a dropped connection. After QUIT this is not an error: it is treated like a 221 reply.
    private void drop() {
        if (step != Step.QUIT) {
            tally.dropped();
            consecutiveDrops++;
        }
        reconnect();
    }

    private void reconnect() {
        close();
        reconnect.accept(this);
    }

    private void close() {
        if (key == null) {
            return;
        }
        key.cancel();
        try {
            key.channel().close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a socket", e);
        }
    }

    private SelectionKey connection() {
        if (key == null) {
            throw new IllegalStateException("not connected");
        }
        return key;
    }

    private SocketChannel channel() {
        return (SocketChannel) connection().channel();
    }

    private static ByteBuffer[] command(String line) {
        byte[] octets = line.getBytes(StandardCharsets.US_ASCII);
        return new ByteBuffer[] {
            ByteBuffer.allocateDirect(octets.length).put(octets).flip()
        };
    }
}
