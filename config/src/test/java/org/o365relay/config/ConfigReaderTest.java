package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.RelaySettings;
import org.o365relay.accept.AcceptSettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.session.SessionLimits;
import org.o365relay.accept.session.SessionSettings;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.Network;
import org.o365relay.admit.Tolerance;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.alert.AlertChannelSettings;
import org.o365relay.alert.AlertSettings;
import org.o365relay.config.hocon.Problem;
import org.o365relay.config.print.EffectiveText;
import org.o365relay.config.values.TextValues;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.identity.Credential;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings;
import org.o365relay.notice.Language;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.rewrite.RewriteSettings;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

class ConfigReaderTest {

    private static final String CONTRACT = """
        relay {
          listeners = [ { address = "127.0.0.1", port = 2525 } ]
          trusted-networks = [ "127.0.0.0/8", "::1", "192.168.10.0/24" ]
          data-directory = "/var/lib/o365-relay"
          mailboxes = [ {
            address = "relay@contoso.example"
            display-name = "Contoso Devices"
            upstream   { preset = office365 }
            credential { type = password, password = ${?RELAY_PASSWORD} }
          } ]
          retry { first-delay = 1m, mailbox-probe = 15s }
        }
        """;
    private static final String SMALLEST = """
        relay.mailboxes = [ { address = "relay@contoso.example", credential.password = ${?RELAY_PASSWORD} } ]
        """;
    private static final String MAILBOX = """
        relay.mailboxes = [ { address = "relay@contoso.example", upstream { %s }, credential { %s } } ]
        """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path kernelHostname;

    @BeforeEach
    void setKernelHostname() throws IOException {
        kernelHostname = Files.writeString(directory.resolve("hostname"), "kernel.contoso.example\n");
    }

    @Test
    void readsATypicalConfiguration() throws Exception {
        RelaySettings settings = valid(CONTRACT).settings();

        RelaySettings expected = settings(trusted("127.0.0.0/8", "::1", "192.168.10.0/24"), "Contoso Devices");
        assertThat(settings).isEqualTo(expected);
    }

    @Test
    void fillsInDefaults() throws Exception {
        assertThat(valid(SMALLEST).settings()).isEqualTo(settings(trusted("127.0.0.0/8", "::1"), "{name}"));
    }

    @Test
    void doesNotWarnOfATypicalConfiguration() throws Exception {
        assertThat(valid(CONTRACT.replace("PASSWORD", "CLIENT_SECRET").replace("type = password, password", """
            type = client-secret, tenant = contoso.example
            client-id = "b3f1c6b2-0000-4000-8000-000000000001", client-secret\
            """))
                        .warnings())
                .isEmpty();
    }

    @Test
    void readsTheEffectiveConfigurationAsTheSameSettings() throws Exception {
        SecurityFiles.write(directory);
        SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.rsa2048, Duration.ofDays(100));
        Configuration.Valid first = valid(Files.readString(Path.of("src/test/resources/every-key.conf")));

        Configuration.Valid second = valid(EffectiveText.of(first)
                .replace("url=\"***\"", "url=\"https://hooks.contoso.example/T0/x?key=1\"")
                .replace("\"***\"", "${RELAY_PASSWORD}"));

        assertThat(second.settings()).isEqualTo(first.settings());
        assertThat(second.control()).isEqualTo(first.control());
        assertThat(EffectiveText.of(second)).isEqualTo(EffectiveText.of(first));
        assertThat(first.settings().notices().admin()).isEqualTo(address("admin@contoso.example"));
    }

    @Test
    void createsTheControlSocketInTheDataDirectoryByDefault() throws Exception {
        String elsewhere = SMALLEST + "relay.control { socket = run/c.sock, group = relay-admins }";

        assertThat(valid(CONTRACT).control())
                .isEqualTo(new ControlSettings(Path.of("/var/lib/o365-relay/control.sock"), null));
        assertThat(valid(elsewhere).control())
                .isEqualTo(new ControlSettings(directory.resolve("run/c.sock"), "relay-admins"));
    }

    @Test
    void hidesThePassword() throws Exception {
        Configuration.Valid valid = valid(CONTRACT);

        assertThat(EffectiveText.of(valid)).contains("password=\"***\"");
        assertThat(valid.toString()).doesNotContain("geheim");
    }

    @ParameterizedTest
    @CsvSource({
        "machine.contoso.example, machine.contoso.example",
        "not_a_name, kernel.contoso.example",
        ", kernel.contoso.example"
    })
    void usesTheHostnameOfTheMachine(String variable, String hostname) throws Exception {
        Map<String, String> environment = variable == null
                ? Map.of("RELAY_PASSWORD", "geheim-123")
                : Map.of("RELAY_PASSWORD", "geheim-123", "HOSTNAME", variable);

        assertThat(valid(read(SMALLEST, environment)).settings().hostname()).isEqualTo(hostname);
    }

    @Test
    void usesLocalhostIfTheMachineHasNoValidHostname() throws Exception {
        Files.writeString(kernelHostname, "(none)\n");

        assertThat(valid(SMALLEST).settings().hostname()).isEqualTo("localhost");
    }

    @ParameterizedTest
    @CsvSource({"starttls, 587", "implicit, 465", "none, 25"})
    void usesTheDefaultPortOfTheTlsMode(String tls, int port) throws Exception {
        String upstream = "host = 127.0.0.1, tls = " + tls;

        SmtpUpstreamSettings settings = upstream(valid(MAILBOX.formatted(upstream, "password = ${RELAY_PASSWORD}")));

        assertThat(settings.port()).isEqualTo(port);
        assertThat(TextValues.name(settings.tls())).isEqualTo(tls);
    }

    @Test
    void appliesMailboxDefaultsToEveryMailbox() throws Exception {
        Configuration.Valid valid = valid("""
            relay.mailbox-defaults { limits.connections = 3, upstream { reply-timeout = 5s, idle-timeout = 5s } }
            relay.mailboxes = [ { address = "a@contoso.example", upstream { idle-timeout = 6s }
                                  credential { password = ${RELAY_PASSWORD} } } ]
            """);

        assertThat(upstream(valid).connections()).isEqualTo(3);
        assertThat(upstream(valid).replyTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(upstream(valid).idleTimeout()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void appliesTrustedNetworkDefaultsToEveryNetwork() throws Exception {
        ListenerSettings listener = valid("""
            relay.trusted-network-defaults {
              tolerance = strict, deviations { nul = accept, long-line = accept }, recipients-per-day = 5000
            }
            relay.trusted-networks = [
              "10.0.0.0/24"
              { network = "10.0.0.7", name = "Scanner", deviations { nul = refuse }, recipients-per-day = 50 }
            ]
            """ + SMALLEST).settings().listeners().getFirst();

        ClientPolicy usual = policy(listener, "10.0.0.8");
        ClientPolicy scanner = policy(listener, "10.0.0.7");
        assertThat(usual.limits()).isEqualTo(new DeviceLimits(50, null, null, 5000));
        assertThat(usual.tolerance())
                .isEqualTo(Tolerance.STRICT.with(Map.of(Deviation.NUL, true, Deviation.LONG_LINE, true)));
        assertThat(scanner.name()).isEqualTo("Scanner");
        assertThat(scanner.limits()).isEqualTo(new DeviceLimits(50, null, null, 50));
        assertThat(scanner.tolerance()).isEqualTo(Tolerance.STRICT.with(Map.of(Deviation.LONG_LINE, true)));
    }

    @Test
    void readsTheTrustedNetworksOfAListener() throws Exception {
        List<ListenerSettings> listeners = valid("""
            relay.trusted-networks = [ "10.0.0.0/24" ]
            relay.listeners = [ { port = 25 }, { port = 26, trusted-networks = [ "10.0.1.0/24" ] } ]
            """ + SMALLEST).settings().listeners();

        assertThat(listeners.get(0).trusted()).isEqualTo(trusted("10.0.0.0/24"));
        assertThat(listeners.get(1).trusted()).isEqualTo(trusted("10.0.1.0/24"));
    }

    @Test
    void sendsMailForPostmasterToTheAdminOrTheMailbox() throws Exception {
        assertThat(valid(SMALLEST).settings().accept().session().rules().postmaster())
                .isEqualTo(address("relay@contoso.example"));
        assertThat(valid("relay.notices.admin = \"it@contoso.example\"\n" + SMALLEST)
                        .settings()
                        .accept()
                        .session()
                        .rules()
                        .postmaster())
                .isEqualTo(address("it@contoso.example"));
    }

    @Test
    void readsThePasswordFromAFileNextToTheConfiguration() throws Exception {
        Files.writeString(directory.resolve("secret"), " geheim 123 \n");

        Configuration.Valid valid = valid(MAILBOX.formatted("", "username = someone, password-file = secret"));

        assertThat(smtp(valid).credential()).isInstanceOfSatisfying(Credential.Password.class, found -> {
            assertThat(found.username()).isEqualTo("someone");
            assertThat(found.password().reveal()).isEqualTo(" geheim 123 ");
        });
    }

    @Test
    void keepsTheLeadingZeroOfANumericPassword() throws Exception {
        Configuration.Valid valid = valid(MAILBOX.formatted("", "password = 0123"));

        assertThat(smtp(valid).credential())
                .isEqualTo(new Credential.Password("relay@contoso.example", new Secret("0123")));
    }

    @Test
    void substitutesVariablesDefinedInTheFile() throws Exception {
        Configuration.Valid valid = valid("base = /srv\nrelay.data-directory = ${base}/queue\n" + SMALLEST);

        assertThat(valid.settings().queue().directory()).isEqualTo(Path.of("/srv/queue"));
    }

    @ParameterizedTest
    @CsvSource({"missing.conf, does not exist", "., is a directory", "hostname/x.conf, cannot be read"})
    void reportsWhyTheFileCannotBeRead(String name, String reason) {
        Configuration configuration = reader(Map.of()).read(directory.resolve(name));

        assertThat(configuration)
                .isInstanceOfSatisfying(
                        Configuration.Invalid.class,
                        invalid -> assertThat(invalid.problems())
                                .singleElement()
                                .satisfies(problem ->
                                        assertThat(problem.toString()).contains(reason)));
    }

    private Configuration.Valid valid(String text) throws IOException {
        return valid(read(text, Map.of("RELAY_PASSWORD", "geheim-123", "RELAY_CLIENT_SECRET", "geheim-456")));
    }

    private static Configuration.Valid valid(Configuration configuration) {
        return switch (configuration) {
            case Configuration.Valid valid -> valid;
            case Configuration.Invalid(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    private Configuration read(String text, Map<String, String> environment) throws IOException {
        return reader(environment).read(Files.writeString(directory.resolve("relay.conf"), text));
    }

    private ConfigReader reader(Map<String, String> environment) {
        return new ConfigReader(environment, kernelHostname, 128 << 20, SecurityFiles.CLOCK);
    }

    private static ClientPolicy policy(ListenerSettings listener, String client) {
        return listener.trusted().policy(InetAddress.ofLiteral(client)).orElseThrow();
    }

    private static SmtpUpstreamSettings upstream(Configuration.Valid valid) {
        return smtp(valid).upstream();
    }

    private static UpstreamSettings.Smtp smtp(Configuration.Valid valid) {
        return (UpstreamSettings.Smtp)
                valid.settings().mailboxes().getFirst().upstreams().getFirst();
    }

    private static final ClientPolicy POLICY = new ClientPolicy(
            "", Tolerance.STANDARD, AuthPolicy.NONE, false, 36_700_160, new DeviceLimits(50, null, null, null));

    /// The settings that result from the defaults.
    private static RelaySettings settings(TrustedNetworks trusted, String displayName) {
        String hostname = "kernel.contoso.example";
        EmailAddress address = address("relay@contoso.example");
        Routes routes =
                new Routes(List.of(), List.of(new Target("relay@contoso.example", List.of(address), 36_700_160, 500)));
        return new RelaySettings(
                hostname,
                List.of(new ListenerSettings(
                        new Endpoint.Tcp(InetAddress.ofLiteral("127.0.0.1"), 2525),
                        ListenerTls.OPTIONAL,
                        trusted,
                        List.of())),
                new AcceptSettings(
                        new SessionSettings(
                                hostname,
                                new SessionLimits(
                                        4096, 500, 100, 200, Duration.ofMinutes(5), Duration.ofMinutes(1), 100),
                                new AdmissionRules(null, address),
                                false,
                                routes,
                                List.of(address)),
                        null,
                        null),
                new QueueSettings(Path.of("/var/lib/o365-relay"), 512L << 20, 20L << 30, Duration.ofDays(30))
                        .withKeepContent(new KeepContent(Duration.ofDays(7), Duration.ZERO, 1L << 30))
                        .withLongestWait(Duration.ofDays(2)),
                List.of(new MailboxSettings(
                        address,
                        "relay@contoso.example",
                        List.of(new UpstreamSettings.Smtp(
                                new SmtpUpstreamSettings(
                                        "smtp.office365.com",
                                        587,
                                        Tls.STARTTLS,
                                        null,
                                        2,
                                        Duration.ofSeconds(30),
                                        Duration.ofSeconds(60),
                                        Duration.ofMinutes(10),
                                        Duration.ofSeconds(60),
                                        hostname),
                                new Credential.Password("relay@contoso.example", new Secret("geheim-123")),
                                "")),
                        new AccountLimits(30, 5, 2, 10_000),
                        new RewriteSettings(address, displayName, List.of(), null, true, true, hostname))),
                routes,
                HttpSettings.DIRECT,
                new RetrySchedule(Duration.ofMinutes(1), Duration.ofDays(5)),
                new ProbeSchedule(Duration.ofSeconds(15), Duration.ofMinutes(1)),
                new NoticeSettings(null, Language.ENGLISH, ZoneId.systemDefault(), Duration.ofHours(4), 10),
                new AlertSettings(Duration.ofMinutes(1), Duration.ofHours(1), 1000, AlertChannelSettings.NONE),
                List.of(),
                Duration.ofSeconds(20));
    }

    private static TrustedNetworks trusted(String... networks) {
        return new TrustedNetworks(Stream.of(networks)
                .flatMap(network -> Network.parse(network).stream())
                .map(network -> new TrustedNetwork(network, POLICY))
                .toList());
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
