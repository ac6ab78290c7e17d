package org.o365relay.daemon.control;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection of the control socket: reads the request, executes it and writes the response.
///
/// @param controls creates the [Control] that executes the request
/// @param program name and version of the relay
/// @param timeout time within which the client must send its request, and read each chunk of the response;
///     executing the request has no timeout
record ControlConnection(
        SocketChannel channel, Supplier<Control> controls, String program, Duration timeout, Deadlines deadlines) {

    private static final Logger log = LoggerFactory.getLogger(ControlConnection.class);

    private static final int CHUNK = 64 * 1024;
    private static final byte LF = '\n';

    /// @param onRequest runs when the request has been read, even if it is incomplete or too long
    /// @throws IOException if the connection fails, the client times out, or the content of a message cannot be
    ///     read to its end; a request that has been read is executed anyway
    void serve(Runnable onRequest) throws IOException {
        String line = deadlines.within(timeout, channel, this::read);
        onRequest.run();
        if (line == null) {
            write(error(new ControlException(
                    Kind.BAD_REQUEST,
                    "the request is longer than " + Protocol.MAX_REQUEST + " bytes; select fewer messages")));
        } else if (!line.isEmpty()) {
            answer(line);
        }
    }

    /// @return the request line; empty if the client sent no complete line; null if the line is too long
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
            answer(line, ControlJson.read(line, Protocol.Caller.class));
        } catch (InvalidJsonException e) {
            write(error(badRequest(e)));
        }
    }

    private void answer(String line, Protocol.Caller caller) throws IOException {
        @Nullable String client = caller.program();
        try (Control control = controls.get()) {
            if (caller.protocol() != Protocol.NUMBER) {
                throw Protocol.versionMismatch(client, program);
            }
            Request request = ControlJson.request(line);
            if (Protocol.isChangeByOtherVersion(request, client, program)) {
                throw Protocol.versionMismatch(client, program);
            }
            RequestHandler handler = new RequestHandler(control);
            switch (request) {
                case Request.Content content -> send(handler.content(content), control);
                case Request.Operation operation -> write(ControlResponse.result(program, handler.handle(operation)));
            }
        } catch (ControlException e) {
            write(error(e));
        } catch (InvalidJsonException e) {
            write(error(
                    program.equals(client) && !e.isUnknownMember()
                            ? badRequest(e)
                            : Protocol.versionMismatch(client, program)));
        } catch (RuntimeException e) {
            log.error("internal error while executing a control request; please report it", e);
            write(error(new ControlException(Kind.QUEUE, "internal error in the relay; see its log")));
        }
    }

    private static ControlException badRequest(InvalidJsonException error) {
        return new ControlException(Kind.BAD_REQUEST, "invalid request: " + error.getMessage());
    }

    private ControlResponse error(ControlException failure) {
        return ControlResponse.error(program, failure);
    }

    private void send(MessageDetail message, Control control) throws IOException, ControlException {
        if (!message.hasContent()) {
            throw new ControlException(
                    Kind.BAD_REQUEST,
                    "the content of message " + message.entry().id() + " is not available: it is removed when a message"
                            + " is settled");
        }
        try (InputStream content = control.content(message)) {
            byte[] chunk = firstChunk(content);
            write(ControlResponse.result(
                    program, new ControlResponse.Content(message.entry().size())));
            for (; chunk.length > 0; chunk = nextChunk(content)) {
                write(ByteBuffer.wrap(chunk));
            }
        }
    }

    /// Reads the first chunk. An error is still reported to the client, because nothing has been sent.
    private static byte[] firstChunk(InputStream content) throws ControlException {
        try {
            return content.readNBytes(CHUNK);
        } catch (IOException | QueueException e) {
            throw new ControlException(Kind.QUEUE, String.valueOf(e.getMessage()));
        }
    }

    /// Reads a further chunk. An error can no longer be reported; closing the connection early shows the client
    /// that the content is incomplete.
    private static byte[] nextChunk(InputStream content) throws IOException {
        try {
            return content.readNBytes(CHUNK);
        } catch (RuntimeException e) {
            throw new IOException("the content cannot be read: " + e.getMessage(), e);
        }
    }

    private void write(ControlResponse response) throws IOException {
        byte[] octets = response.line();
        for (int from = 0; from < octets.length; from += CHUNK) {
            write(ByteBuffer.wrap(octets, from, Math.min(CHUNK, octets.length - from)));
        }
    }

    private void write(ByteBuffer chunk) throws IOException {
        deadlines.within(timeout, channel, () -> {
            while (chunk.hasRemaining()) {
                if (channel.write(chunk) < 0) {
                    throw new EOFException("the client closed the connection");
                }
            }
            return chunk;
        });
    }
}
