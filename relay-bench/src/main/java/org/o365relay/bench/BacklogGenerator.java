package org.o365relay.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.bench.load.Size;
import org.o365relay.bench.server.RelayLauncher;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// Generates a long queue and a long history in a data directory, as after an outage: 100 devices with one
/// sender each, 1,000 recipients, unique subjects and Message-IDs.
///
/// This class writes directly to the tables that the relay creates, so it must be updated when the schema
/// changes.
final class BacklogGenerator {

    static final int DEVICES = 100;
    static final int RECIPIENTS = 1_000;

    private static final int SEQUENCE_BITS = 21; // low bits of a queue ID; the other bits are the time in milliseconds
    private static final int BATCH = 10_000;
    private static final String REASON = "service-not-available";
    private static final String DEFERRED_REPLY =
            "451 4.7.500 Server busy. Please try again later. [FR2P281CA0001.DEUP281.PROD.OUTLOOK.COM]";
    private static final String ACCEPTED_REPLY =
            "250 2.6.0 <scan@device.example> [InternalId=1, Hostname=FR2P281MB0001] Queued mail for delivery";

    private final Path directory;
    private final byte[] content;

    /// @param directory data directory of a relay that is not running; created if missing
    /// @param size size of the content of each message
    BacklogGenerator(Path directory, Size size) {
        this.directory = directory;
        this.content = content(size);
    }

    private static byte[] content(Size size) {
        String line = "x".repeat(62) + "\r\n";
        String text = "From: Scanner <scanner@device.example>\r\nTo: accounts@contoso.example\r\nSubject: Scan\r\n\r\n";
        return (text + line.repeat((int) (size.octets() - text.length()) / line.length() + 1))
                .substring(0, (int) size.octets() - 2)
                .concat("\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /// @param settledCount number of messages in the history
    /// @param queuedCount number of messages in the queue
    /// @param due period, starting now, in which the queued messages become due at random times; null to make
    ///     all of them due now
    void write(int settledCount, int queuedCount, @Nullable Duration due) throws IOException {
        createTables();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"))) {
            execute(connection, "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000");
            connection.setAutoCommit(false);
            long now = System.currentTimeMillis();
            try (Rows rows = new Rows(connection)) {
                for (int i = 0; i < settledCount + queuedCount; i++) {
                    long receivedAt = now - 10L * (settledCount + queuedCount - i); // 100 per second
                    rows.add(i, receivedAt, i < settledCount ? null : (Long) dueAt(now, due));
                }
            }
            connection.commit();
            connection.setAutoCommit(true);
            execute(connection, "PRAGMA journal_mode = WAL");
        } catch (SQLException e) {
            throw new IOException("cannot fill the queue: " + e.getMessage(), e);
        }
    }

    private static long dueAt(long now, @Nullable Duration due) {
        return due == null ? now : now + RandomGenerator.getDefault().nextLong(due.toMillis());
    }

    private void createTables() throws IOException {
        QueueSettings settings = new QueueSettings(directory, 0, Long.MAX_VALUE, Duration.ofDays(3650));
        try {
            SqliteQueue.open(settings, SteadyClock.system(), RandomGenerator.getDefault())
                    .close();
        } catch (QueueUnavailableException e) {
            throw new IOException(e);
        }
    }

    private static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }

    /// @return the client address of the n-th message
    static String client(int n) {
        return "10.0.0." + n % DEVICES;
    }

    /// @return the sender of the n-th message
    static String sender(int n) {
        return "scanner" + n % DEVICES + "@device.example";
    }

    /// @return the recipient of the n-th message
    static String recipient(int n) {
        return "person" + n % RECIPIENTS + "@contoso.example";
    }

    /// @return the subject of the n-th message
    static String subject(int n) {
        return "Scan " + n + " from the second floor";
    }

    /// @return the Message-ID of the n-th message
    static String messageId(int n) {
        return "<" + Integer.toHexString(n * 0x9E3779B1) + "." + n + "@device.example>";
    }

    /// @param receivedAt time of receipt, in milliseconds since the epoch
    /// @return the queue ID of the n-th message
    static long id(int n, long receivedAt) {
        return receivedAt << SEQUENCE_BITS | (n & ((1 << SEQUENCE_BITS) - 1));
    }

    /// Writes messages in batches.
    private final class Rows implements AutoCloseable {

        private final PreparedStatement message;
        private final PreparedStatement recipient;
        private final PreparedStatement chunk;
        private final PreparedStatement event;

        Rows(Connection connection) throws SQLException {
            message = connection.prepareStatement(
                    "INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, notice, size,"
                            + " attempts, due_at, settled_at, body, route, mailbox, priority, subject, message_id_header,"
                            + " reason) VALUES (?, ?, ?, 'mfp', 'ESMTP', ?, 0, 0, ?, 1, ?, ?, '7BIT', ?, ?, 1, ?, ?, ?)");
            recipient = connection.prepareStatement(
                    "INSERT INTO recipient (message_id, ordinal, address, state) VALUES (?, 0, ?, ?)");
            chunk = connection.prepareStatement("INSERT INTO chunk (message_id, ordinal, content) VALUES (?, 0, ?)");
            event = connection.prepareStatement("INSERT INTO event (message_id, at, recipient, kind, upstream, detail,"
                    + " reason) VALUES (?, ?, 0, ?, 'smtp.office365.com:587', ?, ?)");
        }

        /// @param dueAt time of the next delivery attempt, in milliseconds since the epoch; null for a settled
        ///     message
        void add(int n, long receivedAt, @Nullable Long dueAt) throws SQLException {
            boolean open = dueAt != null;
            long id = id(n, receivedAt);
            set(
                    message,
                    id,
                    receivedAt,
                    client(n),
                    sender(n),
                    content.length,
                    dueAt,
                    open ? null : (Long) (receivedAt + 1000),
                    RelayLauncher.MAILBOX,
                    RelayLauncher.MAILBOX,
                    subject(n),
                    messageId(n),
                    open ? REASON : null);
            set(recipient, id, recipient(n), open ? "queued" : "delivered");
            set(
                    event,
                    id,
                    receivedAt + 900,
                    open ? "deferred" : "delivered",
                    open ? DEFERRED_REPLY : ACCEPTED_REPLY,
                    open ? REASON : "");
            if (open) {
                set(chunk, id, content);
            }
            if (n % BATCH == BATCH - 1) {
                write();
            }
        }

        private void write() throws SQLException {
            message.executeBatch();
            recipient.executeBatch();
            event.executeBatch();
            chunk.executeBatch();
        }

        private static void set(PreparedStatement statement, @Nullable Object... values) throws SQLException {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.addBatch();
        }

        @Override
        public void close() throws SQLException {
            write();
            message.close();
            recipient.close();
            chunk.close();
            event.close();
        }
    }

    /// @return approximate time of receipt of the first message in a backlog of this size that was generated
    ///     just now
    static Instant firstReceivedAt(int messages) {
        return Instant.now().minusMillis(10L * messages);
    }
}
