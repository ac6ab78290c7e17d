package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Polling;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.accept.tls.RelayCertificate;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.queue.jdbc.ChildJvm;

/// Sockets other than ports: in the file system, abstract, or inherited from the service manager.
@Timeout(60)
class SocketsTest {

    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-rw----");

    @TempDir
    Path directory;

    @BeforeEach
    void onLinuxOnly() {
        assumeTrue(Epoll.isAvailable());
    }

    @Test
    void acceptsMailOnASocketInTheFileSystem() throws Exception {
        Endpoint.UnixSocket endpoint = endpoint();
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            assertThat(relay.listen(endpoint)).containsExactly(endpoint);
            assertThat(Files.getPosixFilePermissions(endpoint.path())).isEqualTo(MODE);
            converse(endpoint.path());
            assertThat(relay.claims())
                    .singleElement()
                    .satisfies(claim ->
                            assertThat(claim.arrival().client()).isEqualTo(InetAddress.ofLiteral("127.0.0.1")));
        }
        assertThat(endpoint.path()).doesNotExist();
    }

    @Test
    void greetsUnixClientsImmediatelyDespiteTlsDetection() throws Exception {
        Endpoint.UnixSocket endpoint = endpoint();
        CertificateFiles patient = RelayCertificate.fresh(Algorithm.ecp256).in(directory, Duration.ofMinutes(5));
        try (OpenRelay relay = OpenRelay.with(patient, directory)) {
            TrustedNetworks trusted = OpenRelay.trusting(false, "127.0.0.1");
            relay.listen(new ListenerSettings(endpoint, ListenerTls.OPTIONAL, trusted, List.of()));
            converse(endpoint.path());
            assertThat(relay.claims()).hasSize(1);
        }
    }

    @Test
    void rejectsUnixClientsIfLocalhostIsNotTrusted() throws Exception {
        Endpoint.UnixSocket endpoint = endpoint();
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            TrustedNetworks others = OpenRelay.trusting(false, "10.0.0.0/8");
            relay.listen(new ListenerSettings(endpoint, ListenerTls.OFF, others, List.of()));
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(endpoint.path()))) {
                assertThat(read(client)).startsWith("554 5.7.1 127.0.0.1: Relay access denied");
            }
        }
    }

    @Test
    void removesAStaleSocketFile() throws Exception {
        Endpoint.UnixSocket endpoint = endpoint();
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(endpoint.path()));
        }
        assertThat(endpoint.path()).as("the file outlives the socket").exists();
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            relay.listen(endpoint);
            converse(endpoint.path());
        }
    }

    @Test
    void keepsTheSocketOfARunningProcess() throws Exception {
        Endpoint.UnixSocket endpoint = endpoint();
        try (ServerSocketChannel living = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                OpenRelay relay = OpenRelay.plain(directory)) {
            living.bind(UnixDomainSocketAddress.of(endpoint.path()));
            assertThatThrownBy(() -> relay.listen(endpoint))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContainingAll(endpoint.toString(), "another program listens on it");
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(endpoint.path()))) {
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    @Test
    void keepsAFileThatIsNotASocket() throws Exception {
        Endpoint.UnixSocket endpoint = endpoint();
        Files.writeString(endpoint.path(), "dear diary");
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            assertThatThrownBy(() -> relay.listen(endpoint))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("is not a socket");
        }
        assertThat(endpoint.path()).hasContent("dear diary");
    }

    @Test
    void keepsAFileThatReplacedTheSocket() throws Exception {
        Endpoint.UnixSocket endpoint = endpoint();
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            relay.listen(endpoint);
            Files.writeString(directory.resolve("keeps the inode from being used again"), "");
            Files.delete(endpoint.path());
            Files.writeString(endpoint.path(), "another");
        }
        assertThat(endpoint.path()).hasContent("another");
    }

    @Test
    void reportsThatTheDirectoryOfASocketDoesNotExist() throws Exception {
        Endpoint.UnixSocket endpoint = new Endpoint.UnixSocket(directory.resolve("none/smtp.sock"), MODE);
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            assertThatThrownBy(() -> relay.listen(endpoint))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContainingAll(endpoint.toString(), "its directory does not exist");
        }
    }

    @Test
    void reportsThatThePathOfASocketIsTooLong() throws Exception {
        Endpoint.UnixSocket endpoint = new Endpoint.UnixSocket(directory.resolve("x".repeat(120)), MODE);
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            assertThatThrownBy(() -> relay.listen(endpoint))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("107 octets");
        }
        try (var files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.startsWith("x"));
        }
    }

    @Test
    void acceptsMailOnAnAbstractSocket() throws Exception {
        Endpoint.AbstractSocket endpoint = new Endpoint.AbstractSocket(
                "o365-relay-test-" + ProcessHandle.current().pid());
        try (OpenRelay relay = OpenRelay.plain(directory)) {
            assertThat(relay.listen(endpoint)).containsExactly(endpoint);
            assertThat(greeting(endpoint)).startsWith("220 relay.test");
            assertThatThrownBy(() -> relay.listen(endpoint))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContainingAll(endpoint.toString(), "another program uses this socket name");
        }
    }

    @Test
    void listensOnAllInheritedSocketsWithTheSameName() throws Exception {
        Path path = directory.resolve("handed.sock");
        Socket inet = Socket.newSocketStream();
        inet.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        inet.listen(10);
        Socket unix = Socket.newSocketDomain();
        unix.bind(new DomainSocketAddress(path.toString()));
        unix.listen(10);
        int port = inet.localAddress().getPort();
        try (OpenRelay relay = relay(Map.of(inet.intValue(), "smtp", unix.intValue(), "smtp"))) {
            List<Endpoint> bound = relay.listen(new Endpoint.SystemdSocket("smtp"));
            assertThat(bound)
                    .extracting(Endpoint::toString)
                    .containsExactlyInAnyOrder("127.0.0.1:" + port, path.toString());
            converse(path);
            try (DialogClient client =
                    new DialogClient(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port))) {
                client.beginContent();
                client.say("hello\r\n.", "250 ");
            }
            assertThat(relay.claims()).hasSize(2);
        }
        assertThat(path).as("the socket belongs to the service manager").exists();
    }

    /// As from systemd: file descriptor 3 is a blocking socket, and the environment names it.
    @Test
    void listensOnAnInheritedSocket() throws Exception {
        List<String> launcher = List.of("python3", "-c", """
            import os, socket, sys
            s = socket.socket()
            s.bind(('127.0.0.1', 0))
            s.listen(9)
            os.dup2(s.fileno(), 3)
            os.set_inheritable(3, True)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', LISTEN_FDNAMES='smtp')
            os.execvp(sys.argv[1], sys.argv[1:])
            """);
        assumeTrue(isThere("python3"), "no Python to play the service manager");
        try (ChildJvm relay =
                ChildJvm.startBy(launcher, directory, ChildRelay.class, directory.toString(), "handed-over")) {
            InetSocketAddress port = IdleCrowdTest.address(relay.awaitLine("LISTENING "));
            for (int i = 0; i < 3; i++) {
                try (DialogClient client = new DialogClient(port)) {
                    client.beginContent();
                    client.say("hello\r\n.", "250 ");
                }
            }
            relay.tell("m");
            assertThat(relay.awaitLine("MESSAGES ")).isEqualTo("3");
        }
    }

    private static boolean isThere(String program) throws InterruptedException {
        try {
            return new ProcessBuilder(program, "--version").start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    @Test
    void leavesNewSocketsAsTheyWereIfAnotherCannotBeOpened() throws Exception {
        Path path = directory.resolve("handed.sock");
        Socket unix = Socket.newSocketDomain();
        unix.bind(new DomainSocketAddress(path.toString()));
        unix.listen(10);
        Endpoint.SystemdSocket inherited = new Endpoint.SystemdSocket("smtp");
        try (OpenRelay relay = relay(Map.of(unix.intValue(), "smtp"));
                ServerSocket other = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
                SocketChannel early = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            Endpoint inUse = new Endpoint.Tcp(other.getInetAddress(), other.getLocalPort());
            assertThatThrownBy(() -> relay.change(endpoint(), inherited, inUse)).isInstanceOf(ListenException.class);
            early.configureBlocking(false);
            assertThat(early.read(ByteBuffer.allocate(1_000)))
                    .as("octets of a greeting")
                    .isZero();
            early.configureBlocking(true);
            assertThat(endpoint().path()).doesNotExist();

            relay.change(endpoint(), inherited);

            assertThat(read(early)).as("waited in the backlog").startsWith("220 ");
            converse(path);
            converse(endpoint().path());
        }
    }

    @Test
    void reportsTheInheritedSocketsIfNoneHasTheName() throws Exception {
        Socket other = Socket.newSocketStream();
        other.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        try (OpenRelay relay = relay(Map.of(other.intValue(), "submission"))) {
            assertThatThrownBy(() -> relay.listen(new Endpoint.SystemdSocket("smtp")))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContainingAll("systemd socket smtp", "systemd passed only", "submission")
                    .hasMessageContaining("FileDescriptorName=");
            assertThatThrownBy(() -> relay.listen(new Endpoint.SystemdSocket("submission")))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("the socket is not listening");
        } finally {
            other.close();
        }
    }

    @Test
    void reportsThatNoSocketWasInherited() throws Exception {
        Map<String, String> forAnother = Map.of("LISTEN_PID", "1", "LISTEN_FDS", "1", "LISTEN_FDNAMES", "smtp");
        for (Map<String, String> environment : List.of(forAnother, Map.<String, String>of())) {
            try (OpenRelay relay = new OpenRelay(directory, OpenRelay.plainSettings(), environment)) {
                assertThatThrownBy(() -> relay.listen(new Endpoint.SystemdSocket("smtp")))
                        .isInstanceOf(ListenException.class)
                        .hasMessageContaining("systemd passed no sockets");
            }
        }
    }

    @Test
    void reportsThatADescriptorIsNotASocket() throws Exception {
        try (OpenRelay relay = relay(Map.of(60_000, "smtp"))) {
            assertThatThrownBy(() -> relay.listen(new Endpoint.SystemdSocket("smtp")))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("is not a socket");
        }
    }

    /// Inherited descriptors begin at 3. Those that this process uses otherwise get a name that no test uses.
    private OpenRelay relay(Map<Integer, String> names) throws Exception {
        int last = names.keySet().stream().mapToInt(Integer::intValue).max().orElseThrow();
        String all = IntStream.rangeClosed(3, last)
                .mapToObj(descriptor -> names.getOrDefault(descriptor, "other"))
                .collect(Collectors.joining(":"));
        return new OpenRelay(
                directory,
                OpenRelay.plainSettings(),
                Map.of(
                        "LISTEN_PID",
                        Long.toString(ProcessHandle.current().pid()),
                        "LISTEN_FDS",
                        Integer.toString(last - 2),
                        "LISTEN_FDNAMES",
                        all));
    }

    private Endpoint.UnixSocket endpoint() {
        return new Endpoint.UnixSocket(directory.resolve("smtp.sock"), MODE);
    }

    /// Sends a message.
    private static void converse(Path path) throws IOException {
        assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(read(client)).startsWith("220 ");
            for (String command :
                    List.of("HELO me", "MAIL FROM:<a@device.test>", "RCPT TO:<b@contoso.test>", "DATA", "hello\r\n.")) {
                client.write(ByteBuffer.wrap((command + "\r\n").getBytes(StandardCharsets.US_ASCII)));
                assertThat(read(client)).as(command).startsWith(command.equals("DATA") ? "354 " : "250 ");
            }
        }
    }

    private static String read(SocketChannel client) throws IOException {
        ByteBuffer reply = ByteBuffer.allocate(1_000);
        while (client.read(reply) >= 0 && reply.get(reply.position() - 1) != '\n') {}
        return new String(reply.array(), 0, reply.position(), StandardCharsets.US_ASCII);
    }

    private static String greeting(Endpoint.AbstractSocket endpoint) throws Exception {
        Socket client = Socket.newSocketDomain();
        try {
            assertThat(client.connect(new DomainSocketAddress("\0" + endpoint.name())))
                    .isTrue();
            ByteBuffer reply = ByteBuffer.allocateDirect(1_000);
            Polling.until(
                    "greeting",
                    () -> { // recv does not block
                        int read = client.recv(reply, reply.position(), reply.capacity());
                        reply.position(reply.position() + Math.max(0, read));
                        return reply.position() > 4;
                    });
            return StandardCharsets.US_ASCII.decode(reply.flip()).toString();
        } finally {
            client.close();
        }
    }
}
