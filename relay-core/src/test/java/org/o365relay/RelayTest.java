package org.o365relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.journal.LogJournal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// The complete relay, with an upstream that accepts a connection and closes it.
@Timeout(60)
class RelayTest {

    private static final EmailAddress MAILBOX =
            EmailAddress.parse("relay@contoso.example").orElseThrow();

    @TempDir
    private Path directory;

    @Test
    void deliversMailQueuedForAMailboxThatIsNoLongerConfigured() throws Exception {
        queue("gone@contoso.example");
        assertDeliveryIsAttempted();
    }

    @Test
    void deliversMailQueuedByAnOlderVersion() throws Exception {
        queue("");
        assertDeliveryIsAttempted();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO suppressed_notice VALUES (1, 'failed', 'printer-3', 'anna@contoso.example', 1, 1)",
                "INSERT INTO suppressed_notice VALUES (1, 'failed', '10.0.0.7', 'nobody at all', 1, 1)",
                "DROP TABLE suppressed_notice",
                "DROP TABLE active_alert"
            })
    void deliversMailIfTheStoredNotificationsAreDamaged(String damage) throws Exception {
        queue(MAILBOX.toString());
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(damage);
        }
        assertDeliveryIsAttempted();
    }

    /// There is only one message, so a connection to the upstream is an attempt to deliver it.
    private void assertDeliveryIsAttempted() throws Exception {
        try (ServerSocket upstream = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            RunningRelay relay =
                    new Relay(Settings.of(directory, upstream.getLocalPort(), MAILBOX), new LogJournal()).start();
            try {
                upstream.accept().close();
            } finally {
                relay.stop();
            }
        }
        try (JdbcQueue queue = open()) {
            assertThat(queue.routes().names()).containsExactly(MAILBOX.toString());
        }
    }

    private void queue(String route) throws QueueUnavailableException {
        try (JdbcQueue queue = open()) {
            Envelope envelope = new Envelope(MAILBOX, List.of(MAILBOX), false);
            Arrival arrival = new Arrival(Instant.EPOCH, InetAddress.getLoopbackAddress(), "printer", "ESMTP");
            queue.intake()
                    .receive()
                    .commit(
                            arrival,
                            List.of(new RoutedEnvelope(route, Priority.NORMAL, envelope)),
                            SearchableHeaders.NONE,
                            new byte[] {'.'})
                    .join();
        }
    }

    @Test
    void leavesNothingOpenIfItCannotListen() throws Exception {
        ListenerSettings needsCertificate = new ListenerSettings(
                new Endpoint.Tcp(InetAddress.getLoopbackAddress(), 0),
                ListenerTls.REQUIRED,
                new TrustedNetworks(List.of()),
                List.of());
        Relay relay =
                new Relay(Settings.listening(Settings.of(directory, 1, MAILBOX), needsCertificate), new LogJournal());
        assertThatThrownBy(relay::start).isInstanceOf(ListenException.class);
        open().close();
    }

    private JdbcQueue open() throws QueueUnavailableException {
        return SqliteQueue.open(Settings.queue(directory), SteadyClock.system(), RandomGenerator.getDefault());
    }
}
