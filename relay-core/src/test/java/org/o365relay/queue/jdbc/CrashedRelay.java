package org.o365relay.queue.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.random.RandomGenerator;
import org.o365relay.accept.AcceptSettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.SmtpListener;
import org.o365relay.accept.session.SessionLimits;
import org.o365relay.accept.session.SessionSettings;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.Devices;
import org.o365relay.admit.Network;
import org.o365relay.admit.Tolerance;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.journal.LogJournal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.Claim;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;
import org.o365relay.time.SteadyClock;

/// A process with a listener, a queue and an upstream that always defers. It prints its port and runs until it
/// is killed.
final class CrashedRelay {

    private CrashedRelay() {}

    public static void main(String[] arguments) throws Exception {
        InstantSource clock = InstantSource.system();
        QueueSettings settings = new QueueSettings(Path.of(arguments[0]), 0, 1L << 40, Duration.ofDays(30));
        JdbcQueue queue = SqliteQueue.open(settings, SteadyClock.following(clock), RandomGenerator.getDefault());
        Devices devices = new Devices(queue.devices().all(), SteadyClock.following(clock), ZoneOffset.UTC);
        queue.devices().startPersisting(devices);
        EmailAddress mailbox = EmailAddress.parse("relay@contoso.example").orElseThrow();
        SmtpListener listener = new SmtpListener(
                new AcceptSettings(
                        new SessionSettings(
                                "relay.example",
                                new SessionLimits(
                                        4_096, 100, 100, 100, Duration.ofMinutes(5), Duration.ofMinutes(5), 0),
                                new AdmissionRules(null, mailbox),
                                false,
                                new Routes(
                                        List.of(),
                                        List.of(new Target(
                                                QueueFixture.MAILBOX, List.of(mailbox), Long.MAX_VALUE, null))),
                                List.of(mailbox)),
                        null,
                        null),
                devices,
                queue.intake(),
                new LogJournal(),
                SteadyClock.following(clock));
        Thread.ofVirtual().start(() -> tryAndDefer(queue, clock));
        Endpoint.Tcp bound = (Endpoint.Tcp) listener.listen(new ListenerSettings(
                        new Endpoint.Tcp(InetAddress.getLoopbackAddress(), 0),
                        ListenerTls.OFF,
                        trusting("127.0.0.0/8"),
                        List.of()))
                .getFirst();
        System.out.println("LISTENING " + bound.port());
        System.in.read();
    }

    private static TrustedNetworks trusting(String network) {
        ClientPolicy policy = new ClientPolicy(
                "",
                Tolerance.STANDARD,
                AuthPolicy.NONE,
                false,
                50L * 1024 * 1024,
                new DeviceLimits(100, null, null, 1_000_000));
        return new TrustedNetworks(
                List.of(new TrustedNetwork(Network.parse(network).orElseThrow(), policy)));
    }

    private static void tryAndDefer(JdbcQueue queue, InstantSource clock) {
        try {
            while (true) {
                for (Claim claim : queue.claims().claim(QueueFixture.SCOPE, 3)) {
                    try (InputStream content = queue.claims().content(claim)) {
                        content.transferTo(OutputStream.nullOutputStream());
                    }
                    queue.claims()
                            .settle(
                                    claim,
                                    QueueFixture.deferred(claim, clock.instant().plus(Duration.ofDays(1))),
                                    List.of(),
                                    List.of());
                }
                queue.claims().awaitDue(QueueFixture.SCOPE, Duration.ofSeconds(10));
            }
        } catch (IOException | InterruptedException e) {
            System.out.println("FAILED " + e);
            System.exit(1);
        }
    }
}
