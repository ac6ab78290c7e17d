package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.accept.tls.RelayCertificate;
import org.o365relay.daemon.cli.CliEnvironment;
import org.o365relay.daemon.systemd.UnixDatagramReceiver;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;

/// `o365-relay reload` and `config --diff`, as they are typed, and SIGHUP, on a relay in a process of its own.
@Timeout(120)
@SuppressWarnings("NullAway.Init")
final class ReloadTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String SECOND = "second@contoso.example";

    @TempDir
    static Path office;

    @TempDir
    Path directory;

    private Sandbox sandbox;
    private Program relay;
    private final StringWriter said = new StringWriter();

    @BeforeEach
    void start() throws IOException {
        sandbox = Sandbox.start(SandboxSettings.in(
                        office,
                        new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD),
                        new SandboxMailbox(SECOND, ConfigText.PASSWORD))
                .tenant(tenant -> tenant.submission(submission -> submission.withTarpit(Duration.ZERO))));
    }

    @AfterEach
    void stop() {
        relay.close();
        sandbox.close();
    }

    private InetSocketAddress run(String... more) throws Exception {
        write(more);
        relay = Program.run(directory.resolve("relay.conf"));
        return relay.address();
    }

    private void write(String... more) throws IOException {
        ConfigText.write(directory, sandbox, more);
    }

    private String command(int expected, String... words) {
        said.getBuffer().setLength(0);
        List<String> line = new ArrayList<>(List.of(words));
        line.addAll(List.of("--config", directory.resolve("relay.conf").toString()));
        int code = Main.commandLine(CliEnvironment.ofProgram(), line.toArray(String[]::new))
                .setOut(new PrintWriter(said))
                .setErr(new PrintWriter(said))
                .execute(line.toArray(String[]::new));
        assertThat(code).as("%s: %s\n%s", line, said, relay.said()).isEqualTo(expected);
        return said.toString();
    }

    private void received(String subject) throws InterruptedException {
        assertThat(sandbox.await(message -> subject.equals(message.subject()), PATIENCE))
                .as(() -> subject + " has not arrived: " + relay.said())
                .isPresent();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String listeners(int... ports) {
        List<String> listeners = new ArrayList<>();
        for (int port : ports) {
            listeners.add("{ address = \"127.0.0.1\", port = " + port + " }");
        }
        return "relay.listeners = [ " + String.join(", ", listeners) + " ]";
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void reportsThatAnUnchangedFileChangesNothing() throws Exception {
        InetSocketAddress address = run();
        assertThat(command(0, "reload")).contains("Nothing was changed: ");
        assertThat(command(0, "config", "--diff")).contains("The running relay uses ");
        assertThat(command(0, "reload", "--json"))
                .startsWith("{\"outcome\":\"unchanged\",\"changes\":[],\"remarks\":[")
                .endsWith("],\"problems\":[]}\n");
        try (Device device = new Device(address)) {
            device.send("unchanged");
        }
        received("unchanged");
        assertThat(relay.lines()).noneMatch(line -> line.contains("setting-changed"));
    }

    @Test
    void leavesEverythingAsItIsIfTheFileHasProblemsAndReportsAllOfThem() throws Exception {
        InetSocketAddress address = run();
        write("relay.retry.frist-delay = 1m", "relay.limits.message-size = 3apples");
        assertThat(command(78, "reload"))
                .containsPattern("relay\\.conf:14: .*frist-delay.*did you mean")
                .containsPattern("relay\\.conf:15: .*message-size")
                .contains("2 problems in ", "; the running relay keeps its configuration");
        relay.await(line -> line.contains("reload-rejected problem=") && line.contains("relay.conf:14"));
        relay.await(line -> line.contains("reload-rejected problem=") && line.contains("relay.conf:15"));
        assertThat(command(78, "config", "--diff")).contains("2 problems");
        Files.writeString(directory.resolve("relay.conf"), "relay { listeners = [ ");
        assertThat(command(78, "reload")).contains("1 problem in ", "; the running relay keeps its configuration");
        try (Device device = new Device(address)) {
            device.send("still there");
        }
        received("still there");
    }

    @Test
    void showsTheDifferencesBeforehandWithoutSecretsAndAppliesThem() throws Exception {
        run("relay.control.socket = control.sock");
        write(
                "relay.control.socket = control.sock",
                "relay.trusted-networks = [ \"127.0.0.0/8\", \"::1\", \"192.168.20.0/24\" ]",
                "relay.limits.connections = 77",
                "relay.alerts { webhook.url = \"http://127.0.0.1:9/T0PSECRET\", queue-length = 5 }",
                "relay.notices { admin = \"it@contoso.example\", language = de }",
                "relay.data-directory = other");
        String diff = command(0, "config", "--diff");
        assertThat(diff)
                .contains(
                        "relay.trusted-networks: added 192.168.20.0/24\n",
                        "relay.limits.connections: 200 -> 77\n",
                        "relay.alerts.webhook.url: added ***\n",
                        "relay.alerts.queue-length: 1000 -> 5\n",
                        "relay.notices.language: en -> de\n",
                        "relay.data-directory: " + directory.resolve("queue") + " -> " + directory.resolve("other")
                                + " (needs a restart)\n")
                .doesNotContain("T0PSECRET");
        assertThat(relay.said()).doesNotContain("setting-changed");

        assertThat(command(0, "reload"))
                .contains("7 settings changed.", "1 setting needs a restart: systemctl restart o365-relay");
        relay.await(line -> line.contains("restart-needed key=relay.data-directory before="));
        assertThat(command(0, "reload")).contains("Nothing was changed", "1 setting needs a restart");
        assertThat(relay.said()).doesNotContain("T0PSECRET");
        assertThat(directory.resolve("other")).doesNotExist();
    }

    @Test
    void aSessionKeepsItsSettingsAndTheNextOneGetsTheNewOnes() throws Exception {
        InetSocketAddress address = run();
        try (Device open = new Device(address)) {
            assertThat(open.say("EHLO mfp")).contains("SIZE 36700160");
            write("relay.limits.message-size = 1MiB", "relay.hostname = other.contoso.example");
            assertThat(command(0, "reload"))
                    .contains(
                            "relay.limits.message-size: 35MiB -> 1MiB\n",
                            "relay.hostname: relay.contoso.example -> other.contoso.example\n",
                            ": 2 settings changed.");
            assertThat(open.say("EHLO mfp")).contains("SIZE 36700160");
            open.send("old session");
            try (Device next = new Device(address)) {
                assertThat(next.greeting()).startsWith("220 other.contoso.example ");
                assertThat(next.say("EHLO mfp")).contains("SIZE 1048576");
            }
        }
        received("old session");
        assertThat(relay.await(line -> line.contains("setting-changed key=relay.hostname")))
                .contains("before=relay.contoso.example", "after=other.contoso.example", "by=");
        relay.await(line -> line.contains("reloaded changes=2 by="));
    }

    @Test
    void changesTheNetworksOfAnOpenListener() throws Exception {
        InetSocketAddress address = run();
        try (Device open = new Device(address)) {
            write("relay.trusted-networks = [ \"192.168.20.0/24\" ]");
            assertThat(command(0, "reload"))
                    .contains(
                            "relay.trusted-networks: removed 127.0.0.0/8\n",
                            "relay.trusted-networks: added 192.168.20.0/24\n");
            try (Device rejected = new Device(address)) {
                assertThat(rejected.greeting()).startsWith("554 5.7.1 ");
            }
            open.send("admitted before");
        }
        received("admitted before");
    }

    @Test
    void opensANewListenerAndClosesAnOldOneWithoutInterruptingTheOthers() throws Exception {
        int kept = freePort();
        int old = freePort();
        int added = freePort();
        run(listeners(kept, old));
        try (Device open = new Device(at(old))) {
            write(listeners(kept, added));
            assertThat(command(0, "reload"))
                    .contains("listeners: removed 127.0.0.1:" + old, "added 127.0.0.1:" + added);
            assertThatThrownBy(() -> new Device(at(old)).close()).isInstanceOf(ConnectException.class);
            for (int port : new int[] {kept, added}) {
                try (Device device = new Device(at(port))) {
                    device.send("through " + port);
                }
                received("through " + port);
            }
            open.send("through a closed listener");
        }
        received("through a closed listener");
        assertThat(command(0, "status")).contains("127.0.0.1:" + added).doesNotContain("127.0.0.1:" + old);
    }

    @Test
    void changesNothingIfAPortIsInUse() throws Exception {
        int port = freePort();
        run(listeners(port));
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int added = freePort();
            write(listeners(added, other.getLocalPort()), "relay.hostname = other.contoso.example");
            assertThat(command(69, "reload"))
                    .contains("cannot listen on 127.0.0.1:" + other.getLocalPort() + ": the port is in use")
                    .contains("The running relay keeps its configuration");
            try (Device device = new Device(at(port))) {
                assertThat(device.greeting()).startsWith("220 relay.contoso.example");
            }
            assertThatThrownBy(() -> new Device(at(added)).close())
                    .isInstanceOfAny(ConnectException.class, EOFException.class);
        }
        relay.await(line -> line.contains("reload-rejected problem=\"cannot listen on"));
        write(
                "relay.listeners = [ { address = \"0.0.0.0\", port = " + port + " } ]",
                "relay.trusted-networks = [ \"127.0.0.0/8\" ]");
        assertThat(command(69, "reload"))
                .contains("the relay itself listens on 127.0.0.1:" + port, "restart the relay");
    }

    @Test
    void aChangedPasswordFileUnblocksTheMailboxAtOnce() throws Exception {
        Path password = Files.writeString(directory.resolve("password.txt"), "not the password");
        String[] settings = {
            ConfigText.mailboxes(sandbox, """
                address = "%s", upstream { host = localhost, port = %d, trusted-certificates = "%s" }
                credential { password-file = password.txt }\
                """.formatted(
                            ConfigText.MAILBOX,
                            sandbox.address().getPort(),
                            sandbox.trustedCertificates().toAbsolutePath())),
            "relay.retry { first-delay = 1h, mailbox-probe = 1h, mailbox-probe-max = 1h }"
        };
        InetSocketAddress address = run(settings);
        try (Device device = new Device(address)) {
            device.send("waiting");
        }
        relay.await(line -> line.contains(" blocked "));
        Files.writeString(password, ConfigText.PASSWORD);
        assertThat(command(0, "config", "--diff"))
                .contains("credential.password: changed\n")
                .doesNotContain(ConfigText.PASSWORD);
        assertThat(command(0, "reload")).contains("credential.password: changed\n", ": 1 setting changed.");
        received("waiting");
        relay.await(line -> line.contains(" unblocked "));
        assertThat(relay.said()).doesNotContain(ConfigText.PASSWORD);
    }

    @Test
    void neitherDropsNorRepeatsADeliveryInProgress() throws Exception {
        InetSocketAddress address = run(mailboxes("reply-timeout = 3m"));
        sandbox.faults().add(Fault.parse("content/slow@:delay 3s*1"));
        try (Device device = new Device(address)) {
            device.send("in flight", "slow@contoso.example");
            awaitDelivery();
            write(mailboxes("reply-timeout = 4m"));
            assertThat(command(0, "reload")).contains("upstream.reply-timeout: ", ": 1 setting changed.");
            device.send("after it", "office@contoso.example");
        }
        received("after it");
        received("in flight");
        relay.terminate();
        assertThat(relay.exitCode()).as(relay.said()).isZero();
        assertThat(sandbox.acceptedCount()).isEqualTo(2);
        assertThat(relay.lines().stream().filter(line -> line.contains(" delivered id=")))
                .hasSize(2);
    }

    private void awaitDelivery() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!command(0, "queue").contains("1 being delivered")) {
            assertThat(System.nanoTime()).as(relay.said()).isLessThan(end);
        }
    }

    private String mailboxes(String upstream, String... others) {
        List<String> mailboxes = new ArrayList<>(List.of(mailbox(ConfigText.MAILBOX, upstream)));
        mailboxes.addAll(List.of(others));
        return ConfigText.mailboxes(sandbox, mailboxes.toArray(String[]::new));
    }

    private String mailbox(String address, String upstream) {
        return """
            address = "%s", upstream { host = localhost, port = %d, trusted-certificates = "%s", %s }
            credential { password = "%s" }\
            """.formatted(
                        address,
                        sandbox.address().getPort(),
                        sandbox.trustedCertificates().toAbsolutePath(),
                        upstream,
                        ConfigText.PASSWORD);
    }

    @Test
    void addsAMailboxAndReroutesTheMailOfARemovedOne() throws Exception {
        String second = "{ client = \"127.0.0.0/8\", mailbox = \"" + SECOND + "\" }";
        InetSocketAddress address = run(mailboxes(""));
        write(mailboxes("", mailbox(SECOND, "")), "relay.routing = [ " + second + " ]");
        assertThat(command(0, "reload"))
                .contains("relay.mailboxes: added " + SECOND, "relay.routing: added {", ": 2 settings changed.");
        try (Device device = new Device(address)) {
            device.send("through the second");
            received("through the second");
            assertThat(command(0, "mailboxes")).contains(SECOND);
            command(0, "mailboxes", "pause", SECOND);
            device.send("left behind");
        }
        write(mailboxes(""));
        assertThat(command(0, "reload"))
                .contains(
                        "relay.mailboxes: removed " + SECOND,
                        "1 message waits for " + SECOND + ", which is no longer configured");
        received("left behind");
        assertThat(command(0, "mailboxes")).doesNotContain(SECOND);
    }

    @Test
    void keepsAPauseOverAChangeOfTheUpstream() throws Exception {
        InetSocketAddress address = run(mailboxes("reply-timeout = 3m"));
        command(0, "mailboxes", "pause", ConfigText.MAILBOX);
        try (Device device = new Device(address)) {
            device.send("paused");
        }
        write(mailboxes("reply-timeout = 4m"));
        command(0, "reload");
        assertThat(command(0, "mailboxes")).contains("paused");
        command(0, "mailboxes", "resume", ConfigText.MAILBOX);
        received("paused");
    }

    @Test
    void aHigherRateLimitIsInForceAtOnce() throws Exception {
        InetSocketAddress address = run("relay.mailbox-defaults.limits { messages-per-minute = 1, burst = 1 }");
        try (Device device = new Device(address)) {
            device.send("first");
            device.send("second");
        }
        received("first");
        write("relay.mailbox-defaults.limits { messages-per-minute = 600, burst = 1 }");
        assertThat(command(0, "reload")).contains("limits.messages-per-minute: 1 -> 600");
        received("second");
    }

    @Test
    void sighupReloadsAndDoesNotStopTheRelay() throws Exception {
        InetSocketAddress address = run();
        write("relay.hostname = other.contoso.example");
        new ProcessBuilder("kill", "-HUP", Long.toString(relay.pid())).start().waitFor();
        relay.await(line -> line.contains("reloaded changes=1 by=SIGHUP"));
        try (Device device = new Device(address)) {
            assertThat(device.greeting()).startsWith("220 other.contoso.example");
            device.send("after SIGHUP");
        }
        received("after SIGHUP");
        write("relay.limits.message-size = 3apples");
        new ProcessBuilder("kill", "-HUP", Long.toString(relay.pid())).start().waitFor();
        relay.await(line -> line.contains("reload-rejected problem=") && line.contains("relay.conf:14"));
        relay.terminate();
        assertThat(relay.exitCode()).as(relay.said()).isZero();
    }

    @Test
    void servesAReplacedCertificateToTheNextSession() throws Exception {
        RelayCertificate first = RelayCertificate.fresh(Algorithm.ecp256);
        CertificateFiles files = first.in(directory);
        InetSocketAddress address = run(
                "relay.listeners = [ { address = \"127.0.0.1\", port = 0, tls = implicit } ]",
                "relay.tls { certificate = relay.pem, key = relay.key }");
        try (Socket session = connect(first, address)) {
            RelayCertificate second = RelayCertificate.fresh(Algorithm.ecp256);
            second.write(files);
            assertThat(command(0, "reload"))
                    .contains("relay.tls.certificate: changed\n", "relay.tls.key: changed\n", ": 2 settings changed.");
            connect(second, address).close();
            session.getOutputStream().write("NOOP\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(session.getInputStream().readNBytes(3), StandardCharsets.US_ASCII))
                    .isEqualTo("220");
        }
    }

    private static Socket connect(RelayCertificate trusted, InetSocketAddress address) throws IOException {
        SSLSocket socket =
                (SSLSocket) trusted.client().getSocketFactory().createSocket(address.getAddress(), address.getPort());
        socket.startHandshake();
        return socket;
    }

    @Test
    void changesNoticesAndAlerts() throws Exception {
        InetSocketAddress address = run("relay.alerts.delay = 30m");
        sandbox.faults().add(Fault.parse("rcpt/gone@:550 5.1.10 Recipient not found"));
        Path alerts = directory.resolve("alerts.json");
        write(
                "relay.alerts { delay = 0s, command = [ \"/bin/sh\", \"-c\", \"cat >> " + alerts + "\" ] }",
                "relay.notices { admin = \"it@contoso.example\", language = de }");
        assertThat(command(0, "reload"))
                .contains(
                        "relay.notices.admin: added it@contoso.example", "relay.alerts.command: added [/bin/sh, ***]");
        try (Device device = new Device(address)) {
            device.send("lost", "gone@contoso.example");
            assertThat(sandbox.await(message -> true, PATIENCE).orElseThrow().subject())
                    .startsWith("Nicht zugestellt");
            sandbox.faults().add(Fault.parse("auth:535 5.7.139 Authentication unsuccessful"));
            write(
                    mailboxes("reply-timeout = 3m"),
                    "relay.alerts { delay = 0s, command = [ \"/bin/sh\", \"-c\", \"cat >> " + alerts + "\" ] }");
            command(0, "reload");
            device.send("not yet");
        }
        relay.await(line -> line.contains(" blocked "));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(alerts) || !Files.readString(alerts).contains("mailbox-blocked")) {
            assertThat(System.nanoTime()).as(relay.said()).isLessThan(end);
            command(0, "queue");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void notifiesSystemdOfAReload() throws Throwable {
        String socket = directory.resolve("notify").toString();
        write();
        try (UnixDatagramReceiver systemd = new UnixDatagramReceiver(socket)) {
            relay = Program.start(
                    List.of(),
                    Map.of("NOTIFY_SOCKET", socket),
                    "run",
                    "--config",
                    directory.resolve("relay.conf").toString());
            relay.address();
            assertThat(systemd.receive()).startsWith("READY=1\n");
            command(0, "reload");
            assertThat(systemd.receive()).matches("RELOADING=1\nMONOTONIC_USEC=\\d+\n");
            assertThat(systemd.receive()).startsWith("READY=1\nSTATUS=listening on 127.0.0.1:");
        }
    }

    @Test
    void refusesAnotherFileThanThatOfTheRelay() throws Exception {
        run();
        Path other = Files.copy(directory.resolve("relay.conf"), directory.resolve("copy.conf"));
        relay.await(line -> line.contains(" listens on "));
        said.getBuffer().setLength(0);
        String[] words = {"reload", "--config", other.toString()};
        int code = Main.commandLine(CliEnvironment.ofProgram(), words)
                .setErr(new PrintWriter(said))
                .execute(words);
        assertThat(code).isEqualTo(64);
        assertThat(said.toString()).contains("the running relay uses " + directory.resolve("relay.conf"));
    }

    @Test
    void requiresARunningRelay() throws Exception {
        run();
        relay.terminate();
        relay.exitCode();
        assertThat(command(69, "reload"))
                .contains("the relay is not running; reloading the configuration requires", "If data-directory");
    }
}
