package org.o365relay.daemon.control;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client of the control socket: hears its line, has it done, and answers.
///
/// @param program that answers
/// @param timeout how long the client may take for its line, and to take each piece of the answer. While the relay
///     works there is no limit
record ControlConnection(
        SocketChannel channel, Control control, String program, Duration timeout, Deadlines deadlines) {

    private static final Logger log = LoggerFactory.getLogger(ControlConnection.class);

    private static final int CHUNK = 64 * 1024;
    private static final byte LF = '\n';

    /// @param heard is run when the client has said its line
    /// @throws IOException if the client goes away, or is too slow; what it asked for is done all the same
    void serve(Runnable heard) throws IOException {
        String line = deadlines.within(timeout, channel, this::read);
        heard.run();
        if (line == null) {
            write(error(new ControlException(
                    Kind.BAD_REQUEST,
                    "the request is longer than " + Protocol.MAX_REQUEST + " octets; name fewer messages at once")));
        } else if (!line.isEmpty()) {
            answer(line);
        }
    }

    /// @return empty if the client said nothing; null if it was too much
    private @Nullable String read() throws IOException {
        ByteBuffer octets = ByteBuffer.allocate(Protocol.MAX_REQUEST);
        while (octets.hasRemaining()) {
            int from = octets.position();
            if (channel.read(octets) < 0) {
                return "";
            }
            for (int i = from; i < octets.position(); i++) {
                if (octets.get(i) == LF) {
                    return new String(octets.array(), 0, i, StandardCharsets.UTF_8);
                }
            }
        }
        return null;
    }

    private void answer(String line) throws IOException {
        try {
            JsonObject request = JsonObject.parse(line);
            answer(request);
        } catch (InvalidJsonException e) {
            write(error(bad(e)));
        }
    }

    private void answer(JsonObject request) throws IOException {
        @Nullable String asking = request.textOrNull("program");
        try {
            if (!Protocol.isSupported(request) || Protocol.isChangeByOtherVersion(request, program)) {
                throw Protocol.versionMismatch(asking, program);
            }
            RequestHandler answers = new RequestHandler(control);
            if (request.text("ask").equals("content")) {
                send(answers.content(request));
            } else {
                write(Protocol.result(program, answers.handle(request)));
            }
        } catch (ControlException e) {
            write(error(e));
        } catch (InvalidJsonException e) {
            write(error(
                    program.equals(asking) && !e.isUnknownMember()
                            ? bad(e)
                            : Protocol.versionMismatch(asking, program)));
        } catch (RuntimeException e) {
            log.error("what was asked over the control socket failed because of a bug; please report it", e);
            write(error(new ControlException(Kind.QUEUE, "the relay has failed, see its log")));
        }
    }

    private static ControlException bad(InvalidJsonException mistake) {
        return new ControlException(Kind.BAD_REQUEST, "the request makes no sense: " + mistake.getMessage());
    }

    private JsonObject error(ControlException failure) {
        return Protocol.error(program, failure);
    }

    private void send(MessageDetail message) throws IOException, ControlException {
        if (!message.hasContent()) {
            throw new ControlException(
                    Kind.BAD_REQUEST,
                    "the content of message " + message.entry().id() + " is no longer there: it goes when a message is"
                            + " settled");
        }
        try (InputStream content = control.content(message)) {
            byte[] piece = first(content);
            write(Protocol.result(
                    program, new JsonObject().with("size", message.entry().size())));
            for (; piece.length > 0; piece = next(content)) {
                write(ByteBuffer.wrap(piece));
            }
        }
    }

    /// As long as nothing has been said, an error can be.
    private static byte[] first(InputStream content) throws ControlException {
        try {
            return content.readNBytes(CHUNK);
        } catch (IOException | QueueException e) {
            throw new ControlException(Kind.QUEUE, String.valueOf(e.getMessage()));
        }
    }

    /// In the middle nothing but the content may be said: the client would take it for that.
    private static byte[] next(InputStream content) throws IOException {
        try {
            return content.readNBytes(CHUNK);
        } catch (RuntimeException e) {
            throw new IOException("the content cannot be read: " + e.getMessage(), e);
        }
    }

    private void write(JsonObject line) throws IOException {
        byte[] octets = (line + "\n").getBytes(StandardCharsets.US_ASCII);
        for (int from = 0; from < octets.length; from += CHUNK) {
            write(ByteBuffer.wrap(octets, from, Math.min(CHUNK, octets.length - from)));
        }
    }

    private void write(ByteBuffer piece) throws IOException {
        deadlines.within(timeout, channel, () -> {
            while (piece.hasRemaining()) {
                if (channel.write(piece) < 0) {
                    throw new EOFException("the client has gone");
                }
            }
            return piece;
        });
    }
}
