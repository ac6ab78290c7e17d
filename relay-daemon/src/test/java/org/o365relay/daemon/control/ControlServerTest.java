package org.o365relay.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Polling;
import org.o365relay.ResumeResult;
import org.o365relay.config.ControlSettings;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSettings;

/// The control socket, with real sockets and whoever may sit at their other ends.
@Timeout(60)
class ControlServerTest {

    private static final String PROGRAM = "o365-relay 0.1.0";
    private static final String OTHER_VERSION =
            "{\"protocol\":2,\"program\":\"o365-relay 9.0\",\"operation\":\"newest\"}\n";
    private static final EmailAddress MAILBOX = new EmailAddress("relay", "contoso.example");

    @TempDir
    private Path directory;

    private final FakeControl relay = new FakeControl();
    /// Every connection is served on a thread of its own.
    private final List<String> users = new CopyOnWriteArrayList<>();
    private Path socket;
    private ControlServer server;
    private Control client;

    @BeforeEach
    void start() throws Exception {
        socket = directory.resolve("control.sock");
        server = start(Duration.ofSeconds(30), null);
        client = open(PROGRAM);
    }

    private ControlServer start(Duration patience, @Nullable String group) throws IOException {
        return ControlServer.start(new ControlSettings(socket, group), this::relayFor, PROGRAM, patience);
    }

    private Control relayFor(String user) {
        users.add(user);
        return relay;
    }

    private Control open(String program) throws ControlException {
        QueueSettings queue = new QueueSettings(directory, 0, 1, Duration.ZERO);
        return Controls.open(new ControlSettings(socket, null), queue, program);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void executesEveryOperationAndReturnsItsResult() throws Exception {
        MessageFilter selection = MessageFilter.of(List.of(SampleViews.ID));

        assertThat(client.isRunning()).isTrue();
        assertThat(client.summary()).isEqualTo(SampleViews.summary());
        assertThat(client.find(selection, Page.Order.NEWEST_FIRST, null, 7))
                .isEqualTo(new Page(List.of(SampleViews.line()), SampleViews.ID));
        assertThat(client.count(selection)).isEqualTo(3);
        assertThat(client.newest()).contains(SampleViews.ID);
        assertThat(client.show(SampleViews.ID)).contains(SampleViews.detail(FakeControl.CONTENT.length));
        assertThat(client.show(new QueueId(1))).isEmpty();
        assertThat(client.change(new Change.Redirect("pool"), selection)).isEqualTo(new ChangeResult(5, 1, ""));
        assertThat(client.status()).isEqualTo(SampleViews.running());
        assertThat(client.pause(MAILBOX)).isTrue();
        assertThat(client.resume(MAILBOX)).isEqualTo(new ResumeResult(true, List.of(), 0, 0));
        assertThat(client.retry(MAILBOX)).isEqualTo(FakeControl.PROBES);
        assertThat(relay.asked())
                .containsExactly(
                        "summary",
                        "find " + selection + " NEWEST_FIRST null 7",
                        "count " + selection,
                        "newest",
                        "show " + SampleViews.ID,
                        "show " + new QueueId(1),
                        "change Redirect[target=pool] " + selection,
                        "changed",
                        "status",
                        "pause " + MAILBOX,
                        "resume " + MAILBOX,
                        "retry " + MAILBOX);
    }

    @Test
    void identifiesTheUser() throws Exception {
        client.newest();

        assertThat(users).containsOnly(System.getProperty("user.name")).isNotEmpty();
    }

    @Test
    void sendsContentUnchanged() throws Exception {
        try (InputStream content = client.content(SampleViews.detail())) {
            assertThat(content.readAllBytes()).isEqualTo(FakeControl.CONTENT);
        }
    }

    @Test
    void reportsIncompleteContent() throws Exception {
        byte[] half = new byte[FakeControl.CONTENT.length / 2];
        relay.contentIs(new ByteArrayInputStream(half));

        try (InputStream content = client.content(SampleViews.detail())) {
            assertThatThrownBy(content::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is incomplete: " + half.length + " bytes are missing");
        }
    }

    @Test
    void closesTheConnectionWhenReadingFailsAfterContentWasSent() throws Exception {
        relay.contentIs(new FailingStream(100_000, new IllegalStateException("bug")));

        try (InputStream content = client.content(SampleViews.detail())) {
            assertThatThrownBy(content::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void reportsAnErrorIfContentCannotBeRead() {
        relay.contentIs(new FailingStream(0, new IOException("a piece of the message is missing")));

        assertThatThrownBy(() -> client.content(SampleViews.detail()))
                .asInstanceOf(type(ControlException.class))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.QUEUE))
                .satisfies(e -> assertThat(e).hasMessage("a piece of the message is missing"));
    }

    @Test
    void returnsErrorsUnchanged() {
        assertThatThrownBy(() -> client.pause(new EmailAddress("nobody", "contoso.example")))
                .asInstanceOf(type(ControlException.class))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.BAD_REQUEST))
                .satisfies(e -> assertThat(e).hasMessage("no mailbox nobody@contoso.example is configured"));
    }

    @Test
    void reportsAnInternalErrorAndServesTheNextClient() throws Exception {
        relay.fail(new IllegalStateException("bug"));
        assertThatThrownBy(client::newest)
                .asInstanceOf(type(ControlException.class))
                .satisfies(e -> assertThat(e).hasMessage("internal error in the relay; see its log"));
        assertThatThrownBy(() -> client.content(SampleViews.detail()))
                .asInstanceOf(type(ControlException.class))
                .satisfies(e -> assertThat(e).hasMessage("internal error in the relay; see its log"));

        assertThat(say("{\"protocol\":1,\"program\":\"" + PROGRAM + "\",\"operation\":\"none\"}\n"))
                .contains("\"bad-request\"");
    }

    /// A bug before the request is executed used to close the connection without an answer.
    @Test
    void reportsAnInternalErrorBeforeTheRequestIsExecuted() throws Exception {
        server.close();
        server = ControlServer.start(
                new ControlSettings(socket, null),
                _ -> {
                    throw new IllegalStateException("bug");
                },
                PROGRAM);

        assertThatThrownBy(client::newest)
                .asInstanceOf(type(ControlException.class))
                .satisfies(e -> assertThat(e).hasMessage("internal error in the relay; see its log"));
    }

    /// Closing a socket with unread input resets the connection, but only after the peer has read the answer.
    @Test
    void deliversTheResponseDespiteUnreadInput() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("other.sock"));
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                Deadlines deadlines = new Deadlines()) {
            listening.bind(address);
            try (SocketChannel channel = SocketChannel.open(address)) {
                write(channel, OTHER_VERSION + "x".repeat(Protocol.MAX_REQUEST));
                try (SocketChannel accepted = listening.accept()) {
                    new ControlConnection(accepted, () -> relay, PROGRAM, Duration.ofSeconds(30), deadlines)
                            .serve(() -> {});
                }
                assertThat(read(channel)).contains("\"version-mismatch\"");
            }
        }
    }

    @Test
    void reportsAVersionMismatch() {
        String answer = say(OTHER_VERSION);

        assertThat(answer)
                .startsWith("{\"protocol\":1,\"program\":\"o365-relay 0.1.0\",\"error\":{\"kind\":\"version-mismatch\"")
                .contains("this command is o365-relay 9.0, the running relay is o365-relay 0.1.0", "restart");
        assertThat(relay.asked()).isEmpty();
    }

    @Test
    void reportsAVersionMismatchForAnOperationOfANewerCommand() {
        assertThat(say("{\"protocol\":1,\"program\":\"o365-relay 0.2.0\",\"operation\":\"dance\"}\n"))
                .contains("\"version-mismatch\"", "o365-relay 0.2.0", "o365-relay 0.1.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"protocol\":2,\"program\":\"o365-relay 9.0\",\"result\":{\"id\":null}}\n",
                "{\"protocol\":1,\"program\":\"o365-relay 9.0\",\"result\":{\"id\":7}}\n",
                "{\"protocol\":1,\"program\":\"o365-relay 9.0\",\"error\":{\"kind\":\"strange\",\"message\":\"x\"}}\n",
                "{\"program\":\"o365-relay 9.0\"}\n",
                "220 mail.example ESMTP\n"
            })
    void treatsAnUnknownResponseAsAVersionMismatch(String answer) throws Exception {
        server.close();
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(socket));
            CompletableFuture<Void> answering = CompletableFuture.runAsync(() -> answer(other, answer));

            assertThatThrownBy(client::newest)
                    .asInstanceOf(type(ControlException.class))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.VERSION_MISMATCH))
                    .satisfies(e -> assertThat(e).hasMessageContaining("this command is o365-relay 0.1.0"));
            answering.join();
        }
    }

    private static void answer(ServerSocketChannel other, String answer) {
        try (SocketChannel channel = other.accept()) {
            channel.read(ByteBuffer.allocate(1000));
            channel.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "GET / HTTP/1.1\n",
                "{\"protocol\":\"one\"}\n",
                "{\"protocol\":1,\"operation\":7}\n",
                "{\"protocol\":1,\"program\":\"o365-relay 0.1.0\",\"operation\":\"find\",\"filter\":{},"
                        + "\"order\":\"oldest-first\",\"limit\":1001}\n",
                "{\"protocol\":1,\"program\":\"o365-relay"
                        + " 0.1.0\",\"operation\":\"change\",\"change\":{\"name\":\"delete\"}}\n",
                "{\"protocol\":1,\"program\":\"o365-relay 0.1.0\",\"operation\":\"content\",\"id\":\"0000000000001\"}\n"
            })
    void rejectsAnInvalidRequestAndChangesNothing(String garbage) throws Exception {
        String answer = say(garbage);

        assertThat(answer)
                .satisfiesAnyOf(
                        text -> assertThat(text).isEmpty(),
                        text -> assertThat(text).contains("\"error\""));
        assertThat(relay.asked()).noneMatch(line -> line.startsWith("change"));
        assertThat(client.newest()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"change\",\"change\":{\"name\":\"delete\"},\"filter\":{\"colour\":\"red\"}",
                "\"change\",\"change\":{\"name\":\"delete\",\"only\":\"red\"},\"filter\":{\"client\":\"192.0.2.7\"}",
                "\"change\",\"change\":{\"name\":\"delete\"},\"filter\":{\"client\":\"192.0.2.7\"},\"unless\":1",
                "\"count\",\"filter\":{\"colour\":\"red\"}"
            })
    void rejectsUnknownMembersOfFiltersAndChanges(String request) {
        assertThat(say("{\"protocol\":1,\"program\":\"" + PROGRAM + "\",\"operation\":" + request + "}\n"))
                .contains("\"kind\":\"version-mismatch\"");
        assertThat(relay.asked()).isEmpty();
    }

    @Test
    void ignoresAnUnknownConditionThatIsNull() {
        assertThat(say("{\"protocol\":1,\"program\":\"o365-relay 0.2.0\",\"operation\":\"count\",\"more\":1,"
                        + "\"filter\":{\"colour\":null}}\n"))
                .isEqualTo("{\"protocol\":1,\"program\":\"o365-relay 0.1.0\",\"result\":{\"count\":3}}\n");
    }

    @Test
    void allowsOnlyQueriesByAnotherVersion() throws Exception {
        Control other = open("o365-relay 0.0.9");

        assertThat(other.count(MessageFilter.ALL)).isEqualTo(3);
        assertThatThrownBy(() -> other.change(new Change.Hold(), MessageFilter.of(List.of(SampleViews.ID))))
                .asInstanceOf(type(ControlException.class))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.VERSION_MISMATCH))
                .satisfies(e -> assertThat(e).hasMessageContaining("After an upgrade, restart the relay"));
        assertThat(relay.asked()).noneMatch(line -> line.startsWith("change"));
    }

    @Test
    void clientAndServerRejectARequestThatIsTooLong() {
        assertThat(say("x".repeat(Protocol.MAX_REQUEST))).contains("longer than 65536 bytes");
        List<QueueId> many = Stream.iterate(new QueueId(1), id -> new QueueId(id.value() + 1))
                .limit(5_000)
                .toList();
        assertThatThrownBy(() -> client.count(MessageFilter.of(many)))
                .asInstanceOf(type(ControlException.class))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.BAD_REQUEST));
    }

    @Test
    void disconnectsAClientThatSendsNoRequest() throws Exception {
        server.close();
        server = start(Duration.ofMillis(50), null);

        assertThat(say("{\"protocol\":1")).isEmpty();
    }

    @Test
    void disconnectsAClientThatDoesNotReadTheResponse() throws Exception {
        server.close();
        server = start(Duration.ofMillis(50), null);
        try (SocketChannel slow = connect()) {
            write(
                    slow,
                    "{\"protocol\":1,\"program\":\"x\",\"operation\":\"content\",\"id\":\"" + SampleViews.ID + "\"}\n");
            relay.await("content " + SampleViews.ID);
            server.close(); // would wait for it

            assertThat(read(slow).length()).isLessThan(FakeControl.CONTENT.length);
        }
    }

    @Test
    void completesAChangeWhenItsClientDisconnects() throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        relay.hold(latch);
        try (SocketChannel channel = connect()) {
            write(
                    channel,
                    "{\"protocol\":1,\"program\":\"" + PROGRAM
                            + "\",\"operation\":\"change\",\"change\":{\"name\":\"hold\"},"
                            + "\"filter\":{}}\n");
            relay.awaitChanges(1);
        }
        latch.countDown();

        relay.await("changed");
        assertThat(client.newest()).as("the other clients are served").isPresent();
    }

    @Test
    void limitsSimultaneousConnections() throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        relay.hold(latch);
        List<CompletableFuture<ChangeResult>> changes = Stream.generate(
                        () -> CompletableFuture.supplyAsync(this::change, Thread::startVirtualThread))
                .limit(16)
                .toList();
        relay.awaitChanges(16);

        assertThatThrownBy(client::newest)
                .asInstanceOf(type(ControlException.class))
                .satisfies(e -> assertThat(e).hasMessageStartingWith("16 other commands are using the relay"));
        latch.countDown();
        assertThat(changes)
                .allSatisfy(change -> assertThat(change.join().changed()).isEqualTo(5));
    }

    /// Repeats a rejected change: the connection with which the client looked for the relay may still count.
    private ChangeResult change() {
        AtomicReference<ChangeResult> result = new AtomicReference<>();
        try {
            Polling.until("the change is admitted", () -> {
                try {
                    result.set(client.change(new Change.Hold(), MessageFilter.ALL));
                    return true;
                } catch (ControlException e) {
                    assertThat(e).hasMessageStartingWith("16 other commands are using the relay");
                    return false;
                }
            });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return result.get();
    }

    @Test
    void reportsAChangeInterruptedByTheEndOfTheRelay() throws Exception {
        server.close();
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(socket));
            CompletableFuture<Void> answering = CompletableFuture.runAsync(() -> answer(other, "{\"protocol\":1,"));

            assertThatThrownBy(() -> client.change(new Change.Hold(), MessageFilter.ALL))
                    .asInstanceOf(type(ControlException.class))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.INTERRUPTED))
                    .satisfies(e -> assertThat(e).hasMessageContaining("changes made so far are kept"));
            answering.join();
        }
    }

    @Test
    void timesOutIfTheRelayHangs() throws Exception {
        server.close();
        try (ServerSocketChannel hanging = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            hanging.bind(UnixDomainSocketAddress.of(socket));
            try (Control impatient = new SocketControl(socket, PROGRAM, Duration.ofMillis(50))) {
                assertThatThrownBy(impatient::newest)
                        .asInstanceOf(type(ControlException.class))
                        .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.NOT_RUNNING))
                        .satisfies(e -> assertThat(e).hasMessageContaining("if it hangs, restart it"));
            }
        }
    }

    @Test
    void disconnectsIdleClientsWhenStopping() throws Exception {
        try (SocketChannel silent = connect()) {
            server.close();
            assertThat(read(silent)).isEmpty();
        }
        assertThat(socket).doesNotExist();
        assertThat(open(PROGRAM).isRunning()).isFalse();
    }

    @Test
    void allowsOnlyTheUserAndTheGroupOfTheRelay() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        String group = Files.readAttributes(directory, PosixFileAttributes.class)
                .group()
                .getName();
        server.close();
        server = start(Duration.ofSeconds(30), group);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-rw----");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).as("no other file remains").containsExactly(socket);
        }
    }

    /// As they come from the system, for whoever is not root.
    @Test
    void givesAdviceIfPermissionIsDenied() {
        ControlException denied = Controls.connectionFailure(
                new ControlSettings(socket, "relay-admins"), new BindException("Permission denied"));
        ControlException hidden = Controls.connectionFailure(
                new ControlSettings(socket, null), new AccessDeniedException(socket.toString()));

        assertThat(List.of(denied, hidden))
                .allSatisfy(refusal -> assertThat(refusal.kind()).isEqualTo(Kind.NOT_PERMITTED))
                .allSatisfy(refusal -> assertThat(refusal).hasMessageContaining("sudo -u o365-relay"));
        assertThat(denied).hasMessageContaining("as a member of group relay-admins");
        assertThat(hidden).hasMessageContaining("relay.control.group");
    }

    @Test
    void reportsAnUnknownGroup() {
        server.close();

        assertThatThrownBy(() -> start(Duration.ofSeconds(30), "no-such-group"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no group no-such-group");
        assertThat(socket).doesNotExist();
    }

    @Test
    void replacesTheSocketOfAKilledRelay() throws Exception {
        server.close();
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        assertThat(open(PROGRAM).isRunning()).as("no process listens there").isFalse();

        server = start(Duration.ofSeconds(30), null);
        assertThat(open(PROGRAM).newest()).isPresent();
    }

    @Test
    void keepsASocketInUse() throws Exception {
        assertThatThrownBy(() -> start(Duration.ofSeconds(30), null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another program listens on " + socket);

        assertThat(client.newest()).isPresent();
    }

    @Test
    void keepsAFileThatIsNotASocket() throws Exception {
        server.close();
        Files.writeString(socket, "precious");

        assertThatThrownBy(() -> start(Duration.ofSeconds(30), null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not a socket");
        assertThat(socket).hasContent("precious");
    }

    @Test
    void reportsAMissingDirectory() {
        server.close();
        socket = directory.resolve("missing").resolve("control.sock");

        assertThatThrownBy(() -> start(Duration.ofSeconds(30), null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot create the control socket " + socket)
                .hasMessageContaining("set relay.control.socket");
    }

    @Test
    void doesNotDeleteASocketThatHasBeenReplaced() throws Exception {
        Files.delete(socket);
        Files.writeString(socket, "mine");
        server.close();

        assertThat(socket).hasContent("mine");
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    private String say(String text) {
        try (SocketChannel channel = connect()) {
            write(channel, text);
            return read(channel);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(SocketChannel channel, String text) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    /// @return what came until the other end hung up, politely or not
    private static String read(SocketChannel channel) throws IOException {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try {
            Channels.newInputStream(channel).transferTo(heard);
        } catch (SocketException reset) {
            heard.flush();
        }
        return heard.toString(StandardCharsets.US_ASCII);
    }
}
