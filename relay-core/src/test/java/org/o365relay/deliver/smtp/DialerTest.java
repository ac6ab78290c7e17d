package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;

/// The first octet of an address determines the result of a connection attempt: 192 is a black hole, 203
/// refuses.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DialerTest {

    private static final Duration STAGGER = Duration.ofMillis(20);

    private final List<String> tried = Collections.synchronizedList(new ArrayList<>());
    private final Set<Thread> hanging = ConcurrentHashMap.newKeySet();
    private final CountDownLatch anyHangs = new CountDownLatch(1);
    private List<String> addresses = List.of();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.2"));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void connectsAlthoughOtherAddressesAreBlackHoles() throws IOException {
        addresses = List.of("192.0.2.1", "192.0.2.2", "192.0.2.3", "127.0.0.2");
        Dialer dialer = dialer(Duration.ofSeconds(20));
        assertThat(connect(dialer)).isEqualTo("127.0.0.2");
        assertThat(tried).hasSize(4);
        assertThat(hanging).isEmpty();
    }

    @Test
    void triesTheNextAddressAtOnceIfOneRefuses() throws IOException {
        addresses = List.of("203.0.113.1", "203.0.113.2", "127.0.0.2");
        Dialer dialer = dialer(Duration.ofSeconds(20), Duration.ofHours(1));
        assertThat(connect(dialer)).isEqualTo("127.0.0.2");
    }

    @Test
    void startsWithTheAddressThatWorkedLast() throws IOException {
        addresses = List.of("192.0.2.1", "127.0.0.2", "127.0.0.3");
        Dialer dialer = dialer(Duration.ofSeconds(20));
        connect(dialer);
        tried.clear();
        assertThat(connect(dialer)).isEqualTo("127.0.0.2");
        assertThat(tried).containsExactly("127.0.0.2");
    }

    @Test
    void triesAnotherAddressAfterTheServerFailed() throws IOException {
        addresses = List.of("127.0.0.2", "192.0.2.1");
        Dialer dialer = dialer(Duration.ofSeconds(20));
        connect(dialer);
        dialer.failed(InetAddress.getByName("127.0.0.2"));
        tried.clear();
        connect(dialer);
        assertThat(tried).containsExactly("192.0.2.1", "127.0.0.2");
    }

    @Test
    void triesAllAddressesWithinTheTimeout() {
        addresses = List.of("192.0.2.1", "192.0.2.2", "203.0.113.1");
        Dialer dialer = dialer(Duration.ofMillis(150));
        assertThatThrownBy(() -> connect(dialer)).isInstanceOf(SocketTimeoutException.class);
        assertThat(tried).hasSize(3);
        assertThat(hanging).isEmpty();
    }

    @Test
    void reportsTheLastFailureIfAllAddressesRefuse() {
        addresses = List.of("203.0.113.1", "203.0.113.2");
        assertThatThrownBy(() -> connect(dialer(Duration.ofSeconds(20))))
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused by 203.0.113.2");
    }

    @Test
    void usesOnlyTheFirstAddressesOfAVeryLongList() {
        addresses = IntStream.range(1, 200).mapToObj(i -> "203.0.113." + i).toList();
        assertThatThrownBy(() -> connect(dialer(Duration.ofSeconds(20)))).isInstanceOf(ConnectException.class);
        assertThat(tried).hasSize(16);
    }

    @Test
    void endsAllAttemptsWhenItIsInterrupted() throws Exception {
        addresses = List.of("192.0.2.1", "192.0.2.2");
        Dialer dialer = dialer(Duration.ofSeconds(20));
        List<Exception> failures = Collections.synchronizedList(new ArrayList<>());
        Thread caller = Thread.startVirtualThread(() -> {
            try {
                connect(dialer);
            } catch (IOException e) {
                failures.add(e);
            }
        });
        anyHangs.await();
        caller.interrupt();
        caller.join();
        assertThat(failures).singleElement().isInstanceOf(InterruptedIOException.class);
        assertThat(hanging).isEmpty();
    }

    @Test
    void closesConnectionsThatAreAcceptedTooLate() throws IOException {
        addresses = List.of("198.51.100.1", "127.0.0.2"); // accepts when it is interrupted
        List<Socket> late = Collections.synchronizedList(new ArrayList<>());
        Dialer dialer = new Dialer(
                settings(Duration.ofSeconds(20)),
                this::resolve,
                (to, limit) -> {
                    if (to.getAddress().getHostAddress().startsWith("198")) {
                        assertThatThrownBy(() -> hang(limit)).isInstanceOf(IOException.class);
                        Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
                        late.add(socket);
                        return socket;
                    }
                    return attempt(to, limit);
                },
                STAGGER,
                System::nanoTime);
        assertThat(connect(dialer)).isEqualTo("127.0.0.2");
        assertThat(late)
                .singleElement()
                .satisfies(socket -> assertThat(socket.isClosed()).isTrue());
    }

    private String connect(Dialer dialer) throws IOException {
        List<Finding> findings = new ArrayList<>();
        try (Socket socket = dialer.dial("smtp.example", findings)) {
            assertThat(findings.getLast().detail()).startsWith("connected to 127.0.0.2 port ");
            assertThat(socket.getInetAddress().getHostName()).isEqualTo("smtp.example");
            return socket.getInetAddress().getHostAddress();
        }
    }

    private Dialer dialer(Duration limit) {
        return dialer(limit, STAGGER);
    }

    private Dialer dialer(Duration limit, Duration stagger) {
        return new Dialer(settings(limit), this::resolve, this::attempt, stagger, System::nanoTime);
    }

    private SmtpUpstreamSettings settings(Duration limit) {
        return new SmtpUpstreamSettings(
                "smtp.example",
                server.getLocalPort(),
                Tls.NONE,
                null,
                2,
                limit,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                "relay.example");
    }

    private InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] found = new InetAddress[addresses.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = InetAddress.getByAddress(
                    host, InetAddress.getByName(addresses.get(i)).getAddress());
        }
        return found;
    }

    private Socket attempt(InetSocketAddress to, Duration limit) throws IOException {
        String address = to.getAddress().getHostAddress();
        tried.add(address);
        Map<String, Integer> kinds = Map.of("192", 0, "203", 1);
        Integer kind = kinds.get(address.substring(0, 3));
        if (kind == null) {
            Socket socket = new Socket();
            socket.connect(to, (int) limit.toMillis());
            return socket;
        }
        if (kind == 1) {
            throw new ConnectException("Connection refused by " + address);
        }
        hang(limit);
        throw new SocketTimeoutException();
    }

    private void hang(Duration limit) throws IOException {
        hanging.add(Thread.currentThread());
        anyHangs.countDown();
        try {
            Thread.sleep(limit);
        } catch (InterruptedException e) {
            throw new IOException("closed by interrupt", e);
        } finally {
            hanging.remove(Thread.currentThread());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "::1, ::1",
        "::, ::",
        "2603:10a6:0:0:0:0:0:7, 2603:10a6::7",
        "fe80::1:0, fe80::1:0",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:3:4:5:6",
        "10:20:0:0:100::, 10:20:0:0:100::",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "0:0:0:1::, 0:0:0:1::",
        "10:0:0:5:6:7:8:100, 10::5:6:7:8:100"
    })
    void writesAddressesInTheShortForm(String address, String text) {
        assertThat(Dialer.text(InetAddress.ofLiteral(address))).isEqualTo(text);
    }
}
