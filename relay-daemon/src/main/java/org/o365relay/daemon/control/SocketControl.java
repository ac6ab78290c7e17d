package org.o365relay.daemon.control;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.ResumeResult;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSummary;

/// Controls a running relay over its control socket, with one connection per request. The response to a change
/// or a reload has no timeout; any other response line must arrive within ten seconds, so that a suspended or
/// hung relay is detected.
final class SocketControl implements Control {

    private static final String UNKNOWN_RELOAD =
            "the configuration may have been reloaded; see the events \"reloaded\" and \"reload-rejected\" in the"
                    + " relay's log, or repeat the command";

    private static final String PARTIAL_CHANGE =
            "changes made so far are kept; see the event \"queue-changed\" in the relay's log. Check"
                    + " the queue and repeat the command for the rest";

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Path socket;
    private final String program;
    private final Duration timeout;
    private final Deadlines deadlines = new Deadlines();

    /// @param program name and version of this command
    SocketControl(Path socket, String program) {
        this(socket, program, TIMEOUT);
    }

    /// @param timeout time in which to connect and send the request, and again to receive the response line,
    ///     except that the response to a change or a reload has no timeout
    SocketControl(Path socket, String program, Duration timeout) {
        this.socket = socket;
        this.program = program;
        this.timeout = timeout;
    }

    /// @return whether a process listens at the socket
    /// @throws IOException if the socket cannot be accessed
    static boolean isListening(Path socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Deadlines deadlines = new Deadlines()) {
            return deadlines.within(TIMEOUT, channel, () -> channel.connect(UnixDomainSocketAddress.of(socket)));
        } catch (AsynchronousCloseException timedOut) {
            return true;
        } catch (ConnectException refused) {
            return false;
        }
    }

    @Override
    public boolean isRunning() {
        return true;
    }

    @Override
    public QueueSummary summary() throws ControlException {
        return execute(new Request.Summary(), QueueSummary.class);
    }

    @Override
    public Page find(MessageFilter filter, Page.Order order, @Nullable QueueId from, int limit)
            throws ControlException {
        return execute(new Request.Find(filter, order, from, limit), Page.class);
    }

    @Override
    public long count(MessageFilter filter) throws ControlException {
        return execute(new Request.Count(filter), ControlResponse.Count.class).count();
    }

    @Override
    public Optional<QueueId> newest() throws ControlException {
        return Optional.ofNullable(
                execute(new Request.Newest(), ControlResponse.Newest.class).id());
    }

    @Override
    public Optional<MessageDetail> show(QueueId id) throws ControlException {
        return Optional.ofNullable(
                execute(new Request.Show(id), ControlResponse.Shown.class).message());
    }

    @Override
    public InputStream content(MessageDetail message) throws ControlException {
        QueueId id = message.entry().id();
        try {
            Exchange exchange = send(new Request.Content(id));
            InputStream in = exchange.response();
            try {
                String line = deadlines.within(timeout, exchange.channel(), () -> line(in));
                long size = result(line, ControlResponse.Content.class).size();
                return new FixedLengthStream(in, size, "message " + id);
            } catch (IOException | ControlException e) {
                in.close();
                throw e;
            }
        } catch (IOException e) {
            throw noResponse(e);
        }
    }

    @Override
    public ChangeResult change(Change change, MessageFilter filter) throws ControlException {
        return executeUntimed(new Request.Change(change, filter), ChangeResult.class, PARTIAL_CHANGE);
    }

    @Override
    public RelayStatus status() throws ControlException {
        return execute(new Request.Status(), RelayStatus.class);
    }

    @Override
    public boolean pause(EmailAddress mailbox) throws ControlException {
        return execute(new Request.Pause(mailbox), ControlResponse.Pause.class).changed();
    }

    @Override
    public ResumeResult resume(EmailAddress mailbox) throws ControlException {
        return execute(new Request.Resume(mailbox), ResumeResult.class);
    }

    @Override
    public ResumeResult retry(EmailAddress mailbox) throws ControlException {
        return execute(new Request.Retry(mailbox), ResumeResult.class);
    }

    @Override
    public ReloadResult reload(Path file, boolean compareOnly) throws ControlException {
        return executeUntimed(new Request.Reload(file.toString(), compareOnly), ReloadResult.class, UNKNOWN_RELOAD);
    }

    @Override
    public void close() {
        deadlines.close();
    }

    private <T> T execute(Request request, Class<T> type) throws ControlException {
        try {
            Exchange exchange = send(request);
            try (InputStream in = exchange.response()) {
                return result(deadlines.within(timeout, exchange.channel(), () -> line(in)), type);
            }
        } catch (IOException e) {
            throw noResponse(e);
        }
    }

    /// Waits without a timeout, because changing many messages may take a long time.
    ///
    /// @param unknown what to do if the connection is lost
    private <T> T executeUntimed(Request request, Class<T> type, String unknown) throws ControlException {
        Exchange exchange;
        try {
            exchange = send(request);
        } catch (IOException e) {
            throw noResponse(e);
        }
        try (InputStream in = exchange.response()) {
            return result(line(in), type);
        } catch (IOException e) {
            throw new ControlException(
                    Kind.INTERRUPTED, "the connection to the relay was lost (" + e.getMessage() + "): " + unknown);
        }
    }

    private ControlException noResponse(IOException failure) {
        String why = failure instanceof AsynchronousCloseException
                ? "the relay does not answer at " + socket + " within " + timeout.toSeconds()
                        + " s. See its state (systemctl status o365-relay); if it hangs, restart it"
                : "the relay does not answer at " + socket + " (" + failure.getMessage()
                        + "); it may have stopped. Try again";
        return new ControlException(Kind.NOT_RUNNING, why);
    }

    /// @param response stream to read the response from; closing the stream closes the connection
    private record Exchange(SocketChannel channel, InputStream response) {}

    private Exchange send(Request request) throws IOException, ControlException {
        byte[] line = (Protocol.request(program, request) + "\n").getBytes(StandardCharsets.US_ASCII);
        if (line.length > Protocol.MAX_REQUEST) {
            throw new ControlException(
                    Kind.BAD_REQUEST,
                    "the request is too long (" + line.length + " bytes, at most " + Protocol.MAX_REQUEST
                            + "); give fewer queue IDs, or use filters");
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            deadlines.within(timeout, channel, () -> {
                channel.connect(UnixDomainSocketAddress.of(socket));
                write(channel, ByteBuffer.wrap(line));
                return channel;
            });
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel), Protocol.MAX_REQUEST);
            return new Exchange(channel, in);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// Ignores a broken pipe: a relay at its connection limit responds and disconnects without reading the
    /// request.
    private static void write(SocketChannel channel, ByteBuffer line) throws IOException {
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            if (!"Broken pipe".equals(e.getMessage())) {
                throw e;
            }
        }
    }

    private <T> T result(String line, Class<T> type) throws ControlException {
        @Nullable String relay = null;
        try {
            ControlResponse response = ControlJson.read(line, ControlResponse.class);
            if (response.error() != null) {
                throw new ControlException(
                        response.error().kind(), response.error().message());
            }
            relay = response.program();
            if (response.protocol() == Protocol.NUMBER) {
                return ControlJson.read(response.result(), type);
            }
        } catch (InvalidJsonException _) {
            // reported below
        }
        throw Protocol.versionMismatch(program, relay);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("connection closed");
            }
            line.write(octet);
        }
        return line.toString(StandardCharsets.US_ASCII);
    }
}
