package org.o365relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.accept.AcceptSettings;
import org.o365relay.accept.SessionLimits;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.deliver.MailboxLimits;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.ProbeSchedule;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.deliver.RoadSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.identity.Credential;
import org.o365relay.journal.LogJournal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.rewrite.RewriteRules;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

/// The wiring, with an upstream that says nothing but what it is called with.
@Timeout(60)
class RelayTest {

    private static final EmailAddress MAILBOX =
            EmailAddress.parse("relay@contoso.example").orElseThrow();

    @TempDir
    private Path directory;

    @Test
    void deliversWhatWasMeantForAMailboxThatIsNoLongerConfigured() throws Exception {
        queue("gone@contoso.example");
        assertIsTried();
    }

    @Test
    void deliversWhatAnOlderRelayTook() throws Exception {
        queue("");
        assertIsTried();
    }

    /// There is one message; so whoever calls the upstream has it in hand.
    private void assertIsTried() throws Exception {
        try (ServerSocket upstream = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Relay relay = new Relay(settings(upstream.getLocalPort()), new LogJournal());
            relay.start();
            try {
                upstream.accept().close();
            } finally {
                relay.stop();
            }
        }
        try (MessageQueue queue = open()) {
            assertThat(queue.lanes()).containsExactly(MAILBOX.toString());
        }
    }

    private void queue(String route) throws QueueUnavailableException {
        try (MessageQueue queue = open()) {
            Envelope envelope = new Envelope(MAILBOX, List.of(MAILBOX), false);
            Arrival arrival = new Arrival(Instant.EPOCH, InetAddress.getLoopbackAddress(), "printer", "ESMTP");
            queue.receive()
                    .commit(arrival, List.of(new RoutedEnvelope(route, Priority.NORMAL, envelope)), new byte[] {'.'})
                    .join();
        }
    }

    private MessageQueue open() throws QueueUnavailableException {
        return MessageQueue.open(queueSettings(), InstantSource.system(), RandomGenerator.getDefault());
    }

    private QueueSettings queueSettings() {
        return new QueueSettings(directory, 0, Long.MAX_VALUE / 2, Duration.ofDays(30));
    }

    private RelaySettings settings(int port) {
        String hostname = "relay.example";
        Routes routes =
                new Routes(List.of(), List.of(new Target(MAILBOX.toString(), List.of(MAILBOX), Long.MAX_VALUE, null)));
        Duration moment = Duration.ofSeconds(10);
        SmtpUpstreamSettings upstream = new SmtpUpstreamSettings(
                "127.0.0.1", port, Tls.STARTTLS, null, 1, moment, moment, moment, moment, hostname);
        return new RelaySettings(
                hostname,
                List.of(),
                new AcceptSettings(
                        hostname,
                        new SessionLimits(2_048, 100, 100, 100, moment, moment, 0),
                        new AdmissionRules(null, MAILBOX),
                        null,
                        null,
                        false,
                        routes,
                        List.of(MAILBOX)),
                queueSettings(),
                List.of(new MailboxSettings(
                        MAILBOX,
                        MAILBOX.toString(),
                        List.of(new RoadSettings.Smtp(
                                upstream, new Credential.Password(MAILBOX.toString(), new Secret("x")), "")),
                        new MailboxLimits(null, 1, 1, null),
                        new RewriteRules(MAILBOX, "%n", List.of(), null, false, false, hostname))),
                routes,
                HttpSettings.DIRECT,
                new RetrySchedule(Duration.ofMinutes(1), Duration.ofDays(5)),
                new ProbeSchedule(moment, moment),
                new NoticeSettings(null),
                moment);
    }
}
