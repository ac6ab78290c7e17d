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
import org.o365relay.MailboxProbes;
import org.o365relay.RelayStatus;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSummary;

/// Controls a running relay over its control socket, with one connection per request. A change has no timeout; any
/// other response must begin within seconds, so that a suspended or hung relay is detected.
final class SocketControl implements Control {

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

    /// @param timeout for the beginning of a response
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
        return read(ask(request("summary")), SummaryJson::read);
    }

    @Override
    public Page find(MessageFilter filter, Page.Order order, @Nullable QueueId from, int limit)
            throws ControlException {
        JsonObject request = request("find")
                .with("filter", ChangeJson.of(filter))
                .with("order", order)
                .with("from", from)
                .with("limit", limit);
        return read(ask(request), MessageJson::page);
    }

    @Override
    public long count(MessageFilter filter) throws ControlException {
        return read(ask(request("count").with("filter", ChangeJson.of(filter))), response -> response.number("count"));
    }

    @Override
    public Optional<QueueId> newest() throws ControlException {
        return read(ask(request("newest")), response -> Optional.ofNullable(response.idOrNull("id")));
    }

    @Override
    public Optional<MessageDetail> show(QueueId id) throws ControlException {
        return read(
                ask(request("show").with("id", id)),
                response -> response.has("message")
                        ? Optional.of(MessageJson.detail(response.object("message")))
                        : Optional.empty());
    }

    @Override
    public InputStream content(MessageDetail message) throws ControlException {
        QueueId id = message.entry().id();
        try {
            Exchange exchange = send(request("content").with("id", id));
            InputStream in = exchange.response();
            try {
                String line = deadlines.within(timeout, exchange.channel(), () -> line(in));
                long size = read(checked(line), response -> response.number("size"));
                return new FixedLengthStream(in, size, "message " + id);
            } catch (IOException | ControlException e) {
                in.close();
                throw e;
            }
        } catch (IOException e) {
            throw noAnswer(e);
        }
    }

    @Override
    public ChangeResult change(Change change, MessageFilter filter) throws ControlException {
        JsonObject request =
                request("change").with("change", ChangeJson.of(change)).with("filter", ChangeJson.of(filter));
        return read(askForChange(request), ChangeJson::result);
    }

    @Override
    public RelayStatus status() throws ControlException {
        return read(ask(request("status")), StatusJson::read);
    }

    @Override
    public boolean pause(EmailAddress mailbox) throws ControlException {
        return read(ask(request("pause").with("mailbox", mailbox)), response -> response.bool("changed"));
    }

    @Override
    public MailboxProbes resume(EmailAddress mailbox) throws ControlException {
        return read(ask(request("resume").with("mailbox", mailbox)), ProbesJson::read);
    }

    @Override
    public MailboxProbes retry(EmailAddress mailbox) throws ControlException {
        return read(ask(request("retry").with("mailbox", mailbox)), ProbesJson::read);
    }

    @Override
    public void close() {
        deadlines.close();
    }

    private JsonObject request(String operation) {
        return Protocol.request(program, operation);
    }

    @FunctionalInterface
    private interface Mapper<T> {
        T of(JsonObject response);
    }

    private <T> T read(JsonObject response, Mapper<T> mapper) throws ControlException {
        try {
            return mapper.of(response.object("result"));
        } catch (InvalidJsonException e) {
            throw Protocol.versionMismatch(program, response.textOrNull("program"));
        }
    }

    private JsonObject ask(JsonObject request) throws ControlException {
        try {
            Exchange exchange = send(request);
            try (InputStream in = exchange.response()) {
                return checked(deadlines.within(timeout, exchange.channel(), () -> line(in)));
            }
        } catch (IOException e) {
            throw noAnswer(e);
        }
    }

    /// A change of many messages may take a long time.
    private JsonObject askForChange(JsonObject request) throws ControlException {
        Exchange exchange;
        try {
            exchange = send(request);
        } catch (IOException e) {
            throw noAnswer(e);
        }
        try (InputStream in = exchange.response()) {
            return checked(line(in));
        } catch (IOException e) {
            throw new ControlException(
                    Kind.INTERRUPTED,
                    "the connection to the relay was lost (" + e.getMessage() + "): " + PARTIAL_CHANGE);
        }
    }

    private ControlException noAnswer(IOException failure) {
        String why = failure instanceof AsynchronousCloseException
                ? "the relay does not answer at " + socket + " within " + timeout.toSeconds()
                        + " s. See its state (systemctl status o365-relay); if it hangs, restart it"
                : "the relay does not answer at " + socket + " (" + failure.getMessage()
                        + "); it may have stopped. Try again";
        return new ControlException(Kind.NOT_RUNNING, why);
    }

    /// @param response closing it closes the connection
    private record Exchange(SocketChannel channel, InputStream response) {}

    private Exchange send(JsonObject request) throws IOException, ControlException {
        byte[] line = (request + "\n").getBytes(StandardCharsets.US_ASCII);
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

    /// A relay at its connection limit may respond and disconnect before it has read the request.
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

    private JsonObject checked(String line) throws ControlException {
        JsonObject response;
        try {
            response = JsonObject.parse(line);
            if (response.has("error")) {
                JsonObject error = response.object("error");
                throw new ControlException(error.constant("kind", Kind.class), error.text("message"));
            }
            if (Protocol.isSupported(response)) {
                return response;
            }
        } catch (InvalidJsonException e) {
            throw Protocol.versionMismatch(program, null);
        }
        throw Protocol.versionMismatch(program, response.textOrNull("program"));
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
