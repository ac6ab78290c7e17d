package org.o365relay.daemon.control;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelayStatus;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.Effect;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.Overview;
import org.o365relay.queue.Page;
import org.o365relay.queue.Selection;

/// A running relay, asked over its control socket; a connection for each question. Waits for as long as the relay
/// works.
final class SocketControl implements Control {

    private static final String WRITTEN = "what was changed until then stays changed; look, and ask again for the rest";

    private final Path socket;
    private final String program;

    /// @param program that asks
    SocketControl(Path socket, String program) {
        this.socket = socket;
        this.program = program;
    }

    /// @return whether somebody listens at the socket
    /// @throws IOException if that cannot be found out: it may not be used
    static boolean isAlive(Path socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (ConnectException nobody) {
            return false;
        }
    }

    @Override
    public boolean isRunning() {
        return true;
    }

    @Override
    public Overview overview() throws ControlException {
        return understood(ask(request("overview")), OverviewJson::read);
    }

    @Override
    public Page find(Selection selection, Page.Order order, @Nullable QueueId from, int most) throws ControlException {
        JsonObject request = request("find")
                .with("selection", ChangeJson.of(selection))
                .with("order", order)
                .with("from", from)
                .with("most", most);
        return understood(ask(request), MessageJson::page);
    }

    @Override
    public long count(Selection selection) throws ControlException {
        return understood(
                ask(request("count").with("selection", ChangeJson.of(selection))), answer -> answer.number("count"));
    }

    @Override
    public Optional<QueueId> newest() throws ControlException {
        return understood(ask(request("newest")), answer -> Optional.ofNullable(answer.idOrNull("id")));
    }

    @Override
    public Optional<MessageDetail> show(QueueId id) throws ControlException {
        return understood(
                ask(request("show").with("id", id)),
                answer -> answer.has("message")
                        ? Optional.of(MessageJson.detail(answer.object("message")))
                        : Optional.empty());
    }

    @Override
    public InputStream content(MessageDetail message) throws ControlException {
        QueueId id = message.line().id();
        try {
            InputStream in = say(request("content").with("id", id));
            try {
                long size = understood(hear(in), answer -> answer.number("size"));
                return new SizedStream(in, size, "message " + id);
            } catch (IOException | ControlException e) {
                in.close();
                throw e;
            }
        } catch (IOException e) {
            throw broken(e, "ask again");
        }
    }

    @Override
    public Effect change(Change change, Selection selection) throws ControlException {
        JsonObject request =
                request("change").with("change", ChangeJson.of(change)).with("selection", ChangeJson.of(selection));
        return understood(ask(request, WRITTEN), ChangeJson::effect);
    }

    @Override
    public RelayStatus status() throws ControlException {
        return understood(ask(request("status")), StatusJson::read);
    }

    @Override
    public boolean pause(EmailAddress mailbox) throws ControlException {
        return understood(ask(request("pause").with("mailbox", mailbox)), answer -> answer.flag("done"));
    }

    @Override
    public boolean resume(EmailAddress mailbox) throws ControlException {
        return understood(ask(request("resume").with("mailbox", mailbox)), answer -> answer.flag("done"));
    }

    @Override
    public void close() {
        // no connection outlives its question
    }

    private JsonObject request(String what) {
        return Protocol.request(program, what);
    }

    @FunctionalInterface
    private interface Reading<T> {
        T of(JsonObject answer);
    }

    private <T> T understood(JsonObject answer, Reading<T> reading) throws ControlException {
        try {
            return reading.of(answer.object("answer"));
        } catch (BadJson e) {
            throw Protocol.otherVersion(program, answer.textOrNull("program"));
        }
    }

    private JsonObject ask(JsonObject request) throws ControlException {
        return ask(request, "ask again");
    }

    /// @param otherwise what there is to say if the relay ends meanwhile
    private JsonObject ask(JsonObject request, String otherwise) throws ControlException {
        try (InputStream in = say(request)) {
            return hear(in);
        } catch (IOException e) {
            throw broken(e, otherwise);
        }
    }

    private ControlException broken(IOException failure, String otherwise) {
        return new ControlException(
                Kind.NOT_RUNNING,
                "the relay does not answer at " + socket + " (" + failure.getMessage() + "); it may have ended: "
                        + otherwise);
    }

    /// @return where the answer will be read; closing it ends the connection
    private InputStream say(JsonObject request) throws IOException, ControlException {
        byte[] line = (request + "\n").getBytes(StandardCharsets.US_ASCII);
        if (line.length > Protocol.LONGEST_REQUEST) {
            throw new ControlException(
                    Kind.BAD_REQUEST,
                    "that is too much at once (" + line.length + " octets, " + Protocol.LONGEST_REQUEST
                            + " at most); name fewer messages, or say by a filter which ones");
        }
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try {
            write(channel, ByteBuffer.wrap(line));
            return new BufferedInputStream(Channels.newInputStream(channel), Protocol.LONGEST_REQUEST);
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

    private JsonObject hear(InputStream in) throws IOException, ControlException {
        JsonObject answer;
        try {
            answer = JsonObject.parse(line(in));
            if (answer.has("error")) {
                JsonObject error = answer.object("error");
                throw new ControlException(error.constant("kind", Kind.class), error.text("message"));
            }
            if (Protocol.isUnderstood(answer)) {
                return answer;
            }
        } catch (BadJson e) {
            throw Protocol.otherVersion(program, null);
        }
        throw Protocol.otherVersion(program, answer.textOrNull("program"));
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
