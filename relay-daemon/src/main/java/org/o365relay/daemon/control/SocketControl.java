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
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSummary;

/// A running relay, asked over its control socket; a connection for each question. Waits as long as it takes for
/// a change, and some seconds for the beginning of any other answer: a relay that is stopped or hangs says nothing.
final class SocketControl implements Control {

    private static final String PARTIAL_CHANGE =
            "what was changed until then stays changed; the relay's log says how many (a"
                    + " line \"changed\"). Look, and ask again for the rest";

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Path socket;
    private final String program;
    private final Duration timeout;
    private final Deadlines deadlines = new Deadlines();

    /// @param program that asks
    SocketControl(Path socket, String program) {
        this(socket, program, TIMEOUT);
    }

    /// @param timeout for the beginning of an answer
    SocketControl(Path socket, String program, Duration patience) {
        this.socket = socket;
        this.program = program;
        this.timeout = patience;
    }

    /// @return whether somebody listens at the socket
    /// @throws IOException if that cannot be found out: it may not be used
    static boolean isListening(Path socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Deadlines deadlines = new Deadlines()) {
            return deadlines.within(TIMEOUT, channel, () -> channel.connect(UnixDomainSocketAddress.of(socket)));
        } catch (AsynchronousCloseException silent) {
            return true;
        } catch (ConnectException nobody) {
            return false;
        }
    }

    @Override
    public boolean isRunning() {
        return true;
    }

    @Override
    public QueueSummary summary() throws ControlException {
        return read(ask(request("overview")), SummaryJson::read);
    }

    @Override
    public Page find(MessageFilter selection, Page.Order order, @Nullable QueueId from, int most)
            throws ControlException {
        JsonObject request = request("find")
                .with("selection", ChangeJson.of(selection))
                .with("order", order)
                .with("from", from)
                .with("most", most);
        return read(ask(request), MessageJson::page);
    }

    @Override
    public long count(MessageFilter selection) throws ControlException {
        return read(
                ask(request("count").with("selection", ChangeJson.of(selection))), answer -> answer.number("count"));
    }

    @Override
    public Optional<QueueId> newest() throws ControlException {
        return read(ask(request("newest")), answer -> Optional.ofNullable(answer.idOrNull("id")));
    }

    @Override
    public Optional<MessageDetail> show(QueueId id) throws ControlException {
        return read(
                ask(request("show").with("id", id)),
                answer -> answer.has("message")
                        ? Optional.of(MessageJson.detail(answer.object("message")))
                        : Optional.empty());
    }

    @Override
    public InputStream content(MessageDetail message) throws ControlException {
        QueueId id = message.entry().id();
        try {
            Exchange said = send(request("content").with("id", id));
            InputStream in = said.answer();
            try {
                String begun = deadlines.within(timeout, said.channel(), () -> line(in));
                long size = read(checked(begun), answer -> answer.number("size"));
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
    public ChangeResult change(Change change, MessageFilter selection) throws ControlException {
        JsonObject request =
                request("change").with("change", ChangeJson.of(change)).with("selection", ChangeJson.of(selection));
        return read(changed(request), ChangeJson::result);
    }

    @Override
    public RelayStatus status() throws ControlException {
        return read(ask(request("status")), StatusJson::read);
    }

    @Override
    public boolean pause(EmailAddress mailbox) throws ControlException {
        return read(ask(request("pause").with("mailbox", mailbox)), answer -> answer.bool("done"));
    }

    @Override
    public boolean resume(EmailAddress mailbox) throws ControlException {
        return read(ask(request("resume").with("mailbox", mailbox)), answer -> answer.bool("done"));
    }

    @Override
    public void close() {
        deadlines.close();
    }

    private JsonObject request(String what) {
        return Protocol.request(program, what);
    }

    @FunctionalInterface
    private interface Reading<T> {
        T of(JsonObject answer);
    }

    private <T> T read(JsonObject answer, Reading<T> reading) throws ControlException {
        try {
            return reading.of(answer.object("answer"));
        } catch (InvalidJsonException e) {
            throw Protocol.versionMismatch(program, answer.textOrNull("program"));
        }
    }

    private JsonObject ask(JsonObject request) throws ControlException {
        try {
            Exchange said = send(request);
            try (InputStream in = said.answer()) {
                return checked(deadlines.within(timeout, said.channel(), () -> line(in)));
            }
        } catch (IOException e) {
            throw noAnswer(e);
        }
    }

    /// A change takes its time.
    private JsonObject changed(JsonObject request) throws ControlException {
        Exchange said;
        try {
            said = send(request);
        } catch (IOException e) {
            throw noAnswer(e);
        }
        try (InputStream in = said.answer()) {
            return checked(line(in));
        } catch (IOException e) {
            throw new ControlException(
                    Kind.INTERRUPTED,
                    "the relay has ended, or the connection to it (" + e.getMessage() + "): " + PARTIAL_CHANGE);
        }
    }

    private ControlException noAnswer(IOException failure) {
        String why = failure instanceof AsynchronousCloseException
                ? "the relay does not answer at " + socket + ": it has said nothing for " + timeout.toSeconds()
                        + " s. See what it does: systemctl status o365-relay; if it hangs, restart it"
                : "the relay does not answer at " + socket + " (" + failure.getMessage()
                        + "); it may have ended: ask again";
        return new ControlException(Kind.NOT_RUNNING, why);
    }

    /// @param answer where it will be read; closing it ends the connection
    private record Exchange(SocketChannel channel, InputStream answer) {}

    private Exchange send(JsonObject request) throws IOException, ControlException {
        byte[] line = (request + "\n").getBytes(StandardCharsets.US_ASCII);
        if (line.length > Protocol.MAX_REQUEST) {
            throw new ControlException(
                    Kind.BAD_REQUEST,
                    "that is too much at once (" + line.length + " octets, " + Protocol.MAX_REQUEST
                            + " at most); name fewer messages, or say by a filter which ones");
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

    /// A relay that has no time for this command may have answered and gone before it has heard everything.
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
        JsonObject answer;
        try {
            answer = JsonObject.parse(line);
            if (answer.has("error")) {
                JsonObject error = answer.object("error");
                throw new ControlException(error.constant("kind", Kind.class), error.text("message"));
            }
            if (Protocol.isSupported(answer)) {
                return answer;
            }
        } catch (InvalidJsonException e) {
            throw Protocol.versionMismatch(program, null);
        }
        throw Protocol.versionMismatch(program, answer.textOrNull("program"));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("it has closed the connection");
            }
            line.write(octet);
        }
        return line.toString(StandardCharsets.US_ASCII);
    }
}
