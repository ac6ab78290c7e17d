package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.Relay;
import org.o365relay.RelaySettings;
import org.o365relay.RunningRelay;
import org.o365relay.exchange.KnownReply.Kind;
import org.o365relay.exchange.ReplySource;
import org.o365relay.journal.LogJournal;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.TestKey;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.entra.EntraSettings;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;
import org.o365relay.sandbox.settings.SandboxSettings.Keep;

/// Every reply of the catalogue, said in its own words to a running relay: what becomes of the message, how far the
/// trouble reaches, and what the log says and advises. One relay with a mailbox for each example.
@Timeout(60)
final class CatalogueTest {

    private static final List<CatalogueCase> CASES = CatalogueCase.all();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path directory;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path office;

    @SuppressWarnings("NullAway.Init")
    private static LogLines log;

    @SuppressWarnings("NullAway.Init")
    private static Sandbox sandbox;

    @SuppressWarnings("NullAway.Init")
    private static RunningRelay relay;

    @SuppressWarnings("NullAway.Init")
    private static Instant begun;

    private static final AdjustedClock CLOCK = new AdjustedClock();

    /// All the failures are one device's; each author is to be notified.
    private static final String NO_DIGESTS = "relay.notices.hourly-limit-per-device = 1000";

    @BeforeAll
    static void sendThroughEveryMailbox() throws Exception {
        log = new LogLines(LogLines.JOURNAL, Level.INFO);
        // the JDK's server closes idle connections above 200, also while a request is being sent over one of them
        System.setProperty("sun.net.httpserver.maxIdleConnections", "2000");
        sandbox = Sandbox.start(settings());
        CASES.stream()
                .filter(one -> !one.isOurOwn())
                .forEach(one -> sandbox.faults().add(one.fault()));
        Path key = TestKey.made(directory, "relay").pem(directory.resolve("app.pem"));
        RelaySettings settings =
                RelayFixture.settings(ConfigText.write(directory, sandbox, mailboxes(), routing(), NO_DIGESTS));
        Files.writeString(key, "not a key any more");
        begun = Instant.now();
        relay = new Relay(settings, new LogJournal(), "test", CLOCK.steady(), RandomGenerator.getDefault()).start();
        try (Device device = new Device(relay.addresses().getFirst())) {
            for (CatalogueCase one : CASES) {
                device.sendFrom(one.sender(), one.message(), one.otherRecipient(), one.recipient());
            }
        }
    }

    private static SandboxSettings settings() {
        SandboxMailbox[] accounts = Stream.concat(
                        Stream.of(ConfigText.MAILBOX), CASES.stream().map(CatalogueCase::address))
                .map(address -> new SandboxMailbox(address, ConfigText.PASSWORD))
                .toArray(SandboxMailbox[]::new);
        String[] tenants = CASES.stream().map(CatalogueCase::tenant).toArray(String[]::new);
        return SandboxSettings.in(office, accounts)
                .tenant(tenant -> tenant.submission(submission -> submission.withTarpit(Duration.ZERO)))
                .with(Keep.RECORDS)
                .withApps(AppRegistration.withSecret(ConfigText.APP, ConfigText.SECRET))
                .tenant(tenant -> tenant.entra(entra -> entra.forTenant(EntraSettings.TENANT, tenants)));
    }

    private static String mailboxes() {
        return ConfigText.mailboxes(
                sandbox, CASES.stream().map(one -> one.mailbox(sandbox)).toArray(String[]::new));
    }

    private static String routing() {
        return CASES.stream()
                .map(one -> "{ sender = \"" + one.sender() + "\", mailbox = \"" + one.address() + "\" }")
                .collect(Collectors.joining("\n", "relay.routing = [\n", "\n]"));
    }

    @AfterAll
    static void stop() throws IOException {
        relay.stop();
        sandbox.close();
        log.close();
    }

    static List<CatalogueCase> cases() {
        return CASES;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void handlesEveryReplyOfTheCatalogue(CatalogueCase one) throws Exception {
        switch (one.effect()) {
            case FAILED -> {
                assertThat(explained(one, of("failed", one.recipient())))
                        .contains("notice=<" + one.sender() + ">", "attempts=1 ");
                of(one.isAboutRecipient() ? "delivered" : "failed", one.otherRecipient());
                of("delivered", one.sender());
            }
            case DEFERRED -> {
                explained(one, of("deferred", one.recipient()));
                assertThat(of("delivered", one.recipient())).contains("attempts=2 ");
                assertThat(of("delivered", one.otherRecipient()))
                        .contains(one.isAboutRecipient() ? "attempts=1 " : "attempts=2 ");
            }
            case UNREACHABLE -> {
                assertThat(about("unreachable", one)).contains(words(one));
                endTokenBackoff(one);
                about("reachable", one);
                wasDelivered(one);
            }
            case SLOWED -> {
                assertThat(about("throttled", one)).contains(words(one), limit(one));
                wasDelivered(one);
            }
            case SWITCHED -> {
                explained(one, about("failover", one));
                wasDelivered(one);
            }
            case PAUSED -> wasPaused(one);
        }
    }

    private static String limit(CatalogueCase one) {
        return one.entry().kind() == Kind.RATE ? " messages-per-minute=15" : " connections=" + (one.connections() - 1);
    }

    private static void wasPaused(CatalogueCase one) throws InterruptedException {
        String line = explained(one, about("blocked", one));
        Duration probe = one.entry().probe();
        if (probe != null) {
            String at = line.substring(line.indexOf(" probe=") + 7, line.indexOf(" advice="));
            assertThat(Instant.parse(at)).isAfterOrEqualTo(begun.plus(probe).minusSeconds(1));
        } else if (!one.isOurOwn()) {
            endTokenBackoff(one);
            about("unblocked", one);
            wasDelivered(one);
        }
        assertThat(log.lines())
                .filteredOn(other -> other.startsWith("failed") || other.startsWith("deferred"))
                .noneMatch(other -> other.contains("to=<" + one.recipient() + ">"));
    }

    /// The relay asks for no token for a while after a refusal.
    private static void endTokenBackoff(CatalogueCase one) {
        if (one.source() == ReplySource.SIGN_IN) {
            CLOCK.advance(RelayFixture.TOKEN_BACKOFF);
        }
    }

    /// All of it, and no attempt was lost.
    private static void wasDelivered(CatalogueCase one) throws InterruptedException {
        assertThat(of("delivered", one.recipient())).contains("attempts=1 ");
        assertThat(of("delivered", one.otherRecipient())).contains("attempts=1 ");
    }

    private static String explained(CatalogueCase one, String line) {
        assertThat(line).contains(words(one));
        assertThat(line.replace("\\\"", "\"")).contains(one.advice());
        assertThat(line).doesNotContain("{mailbox}");
        return line;
    }

    /// @return what must be quoted of the reply
    private static String words(CatalogueCase one) {
        return one.isOurOwn()
                ? one.example().text().substring(0, one.example().text().indexOf(':'))
                : one.example().toString();
    }

    /// Of a recipient, in order of time.
    private static String of(String event, String recipient) throws InterruptedException {
        return log.await(line -> line.startsWith(event + " ") && line.contains(" to=<" + recipient + "> "));
    }

    /// Of a mailbox.
    private static String about(String event, CatalogueCase one) throws InterruptedException {
        return log.await(line -> line.startsWith(event + " mailbox=" + one.address() + " "));
    }
}
