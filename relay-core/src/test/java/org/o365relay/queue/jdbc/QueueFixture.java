package org.o365relay.queue.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.ManualClock;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.jdbc.sqlite.Schema;
import org.o365relay.queue.jdbc.sqlite.Sqlite;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// A queue in a directory, with methods to fill, deliver and inspect it.
public final class QueueFixture implements AutoCloseable {

    public static final EmailAddress PRINTER = address("printer@contoso.example");
    public static final EmailAddress ANNA = address("anna@contoso.example");
    public static final EmailAddress BERT = address("bert@contoso.example");
    public static final EmailAddress CARL = address("carl@contoso.example");

    public static final String MAILBOX = "relay@contoso.example";
    public static final ClaimScope SCOPE = new ClaimScope(MAILBOX, List.of(MAILBOX));

    public static final Reply OK = Reply.of(250, "2.0.0", "Ok");
    public static final Reply LATER = Reply.of(451, "4.7.500", "Server busy");
    public static final Reply NEVER = Reply.of(550, "5.1.10", "Recipient not found");

    public final Path directory;
    public final ManualClock clock = new ManualClock("2026-03-01T08:00:00Z");
    private final KeepContent keep;
    private @Nullable JdbcQueue queue;

    public QueueFixture(Path directory) {
        this(directory, KeepContent.NOTHING);
    }

    /// @param keep how long the content of settled messages is kept
    public QueueFixture(Path directory, KeepContent keep) {
        this.directory = directory;
        this.keep = keep;
    }

    /// @return the queue; opens it if it is closed
    public JdbcQueue queue() {
        if (queue == null) {
            queue = open();
        }
        return queue;
    }

    public JdbcQueue open() {
        try {
            return SqliteQueue.open(settings(), clock.steady(), new Random(4711));
        } catch (QueueUnavailableException e) {
            throw new AssertionError(e.reason() + ": " + e.getMessage(), e);
        }
    }

    public QueueSettings settings() {
        return new QueueSettings(directory, 0, 1L << 40, Duration.ofDays(30)).withKeepContent(keep);
    }

    @Override
    public void close() {
        if (queue != null) {
            queue.close();
            queue = null;
        }
    }

    public Arrival arrival() {
        return new Arrival(clock.instant(), InetAddress.ofLiteral("192.168.10.7"), "printer", "ESMTP");
    }

    public static List<RoutedEnvelope> routed(Envelope envelope) {
        return List.of(new RoutedEnvelope(MAILBOX, Priority.NORMAL, envelope));
    }

    public static Envelope envelope(EmailAddress... to) {
        return new Envelope(PRINTER, List.of(to), false);
    }

    /// Commits a message, in as many chunks as its size requires.
    public QueueId accept(byte[] content, EmailAddress... to) {
        return accept(content, envelope(to));
    }

    /// Commits a message with an additional recipient that the rewriting rules added.
    public QueueId acceptAdding(EmailAddress added, EmailAddress to) {
        Envelope envelope = new Envelope(
                PRINTER,
                List.of(to, added),
                false,
                BodyType.SEVEN_BIT,
                DsnRequest.NONE,
                HeaderChanges.NONE.withAddedRecipient(added));
        return accept("copied".getBytes(StandardCharsets.UTF_8), envelope);
    }

    private QueueId accept(byte[] content, Envelope envelope) {
        return receive(content)
                .commit(arrival(), routed(envelope), SearchableHeaders.NONE, last(content))
                .join()
                .getFirst();
    }

    public QueueId accept(String content, EmailAddress... to) {
        return accept(content.getBytes(StandardCharsets.UTF_8), to);
    }

    /// Appends every full chunk, without the rest.
    public Incoming receive(byte[] content) {
        Incoming incoming = queue().intake().receive();
        int whole = content.length / Incoming.CHUNK_SIZE;
        for (int i = 0; i < whole; i++) {
            byte[] chunk = new byte[Incoming.CHUNK_SIZE];
            System.arraycopy(content, i * Incoming.CHUNK_SIZE, chunk, 0, chunk.length);
            CompletableFuture<QueueId> written = incoming.append(chunk);
            written.join();
        }
        return incoming;
    }

    public static byte[] last(byte[] content) {
        int start = content.length / Incoming.CHUNK_SIZE * Incoming.CHUNK_SIZE;
        byte[] last = new byte[content.length - start];
        System.arraycopy(content, start, last, 0, last.length);
        return last;
    }

    /// @return the same bytes for the same seed
    public static byte[] content(long seed, int size) {
        byte[] content = new byte[size];
        new Random(seed).nextBytes(content);
        return content;
    }

    public List<Claim> claim(int most) {
        return queue().claims().claim(SCOPE, most);
    }

    public Claim claimOne() {
        List<Claim> claims = claim(1);
        if (claims.isEmpty()) {
            throw new AssertionError("nothing is due");
        }
        return claims.getFirst();
    }

    public byte[] read(Claim claim) {
        try (InputStream in = queue().claims().content(claim)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public String text(Claim claim) {
        return new String(read(claim), StandardCharsets.UTF_8);
    }

    public static Settlement delivered(Claim claim) {
        return new Settlement(outcomes(claim, _ -> new Delivered(OK)), null, true, "smtp.example:587", MAILBOX);
    }

    public static Settlement failed(Claim claim) {
        return new Settlement(outcomes(claim, _ -> new Failed(NEVER)), null, true, "smtp.example:587", MAILBOX);
    }

    public static Settlement deferred(Claim claim, Instant until) {
        return new Settlement(outcomes(claim, _ -> new Deferred(LATER)), until, true, "smtp.example:587", MAILBOX);
    }

    public static Map<Recipient, Outcome> outcomes(Claim claim, Function<Recipient, Outcome> judge) {
        return claim.recipients().stream().collect(Collectors.toMap(Function.identity(), judge));
    }

    public LocalMessage notice(String content) {
        Arrival local = new Arrival(clock.instant(), InetAddress.getLoopbackAddress(), "", "LOCAL");
        return new LocalMessage(
                local,
                routed(new Envelope(null, List.of(PRINTER), false)).getFirst(),
                content.getBytes(StandardCharsets.UTF_8));
    }

    /// @return the number that a query returns on a connection of its own
    public long number(String query) {
        try (Connection connection = connection()) {
            return Sqlite.number(connection, query);
        } catch (SQLException e) {
            throw new AssertionError(query, e);
        }
    }

    public void execute(String statement) {
        try (Connection connection = connection()) {
            Sqlite.execute(connection, statement);
        } catch (SQLException e) {
            throw new AssertionError(statement, e);
        }
    }

    /// Creates an empty queue of version 1.
    public void createVersionOne() {
        createVersion(1);
    }

    /// Creates an empty queue of an older version.
    public void createVersion(int version) {
        try {
            Files.createDirectories(directory);
            try (Connection connection = new Sqlite(directory).openWriter()) {
                for (int i = 1; i <= version; i++) {
                    Sqlite.execute(connection, Schema.statements(i));
                }
                Sqlite.execute(connection, "PRAGMA user_version = " + version);
                connection.commit();
            }
        } catch (IOException | SQLException e) {
            throw new AssertionError(e);
        }
    }

    public Connection connection() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(Sqlite.FILE));
    }

    /// Overwrites a page of the closed queue with garbage.
    public void corrupt(long page) {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve(Sqlite.FILE).toFile(), "rw")) {
            file.seek((page - 1) * 4096);
            file.write(content(13, 4096));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// @return inconsistencies between the tables; empty if there are none
    public List<String> inconsistencies() {
        Map<String, String> queries = Map.of(
                "chunks without a message",
                "SELECT count(*) FROM chunk WHERE message_id NOT IN"
                        + " (SELECT coalesce(content_id, id) FROM message)",
                "partly received messages",
                "SELECT count(*) FROM incoming",
                "recipients without a message",
                "SELECT count(*) FROM recipient WHERE message_id NOT IN (SELECT id FROM message)",
                "events without a message",
                "SELECT count(*) FROM event WHERE message_id NOT IN (SELECT id FROM message)",
                "messages without recipients",
                "SELECT count(*) FROM message WHERE id NOT IN (SELECT message_id FROM recipient)",
                "open messages whose chunks are not their size",
                "SELECT count(*) FROM message WHERE settled_at IS NULL AND size <>"
                        + " (SELECT total(length(content)) FROM chunk WHERE message_id = coalesce(content_id, id))",
                "settled messages on hold",
                "SELECT count(*) FROM message WHERE held_at IS NOT NULL AND due_at IS NULL",
                "content that no message needs",
                "SELECT count(DISTINCT message_id) FROM chunk WHERE message_id NOT IN (SELECT coalesce(content_id, id)"
                        + " FROM message WHERE settled_at IS NULL OR content_until IS NOT NULL)",
                "kept content that is missing",
                "SELECT count(*) FROM message WHERE content_until IS NOT NULL AND size <>"
                        + " (SELECT total(length(content)) FROM chunk WHERE message_id = coalesce(content_id, id))");
        List<String> found = new ArrayList<>();
        queries.forEach((what, query) -> {
            long count = number(query);
            if (count > 0) {
                found.add(count + " " + what);
            }
        });
        return Stream.concat(found.stream(), damages().stream()).toList();
    }

    private List<String> damages() {
        try (Connection connection = connection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("PRAGMA integrity_check")) {
            List<String> damages = new ArrayList<>();
            while (row.next()) {
                damages.add(row.getString(1));
            }
            damages.remove("ok");
            return damages;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }

    /// Runs work in a transaction of the writer.
    public <T> T write(Committer.Work<T> work) {
        return queue().store().committer().write(work);
    }

    public void returnFreeSpace() {
        queue().store().returnFreeSpace();
    }

    /// @return octets of free pages in the database
    public long spare() {
        return queue().store().freeSpace().spare();
    }

    public void deleteHistoryBefore(Instant limit) {
        queue().housekeeper().deleteHistoryBefore(new SteadyClock.Reading(limit, limit));
    }

    public void deleteKeptContent() {
        queue().housekeeper().deleteKeptContent();
    }

    public void writeDevices(int max) {
        queue().housekeeper().writeDevices(max);
    }

    /// @return the database's plan for a statement, one step per element
    public static List<String> plan(Connection connection, String text) throws SQLException {
        List<String> steps = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet step = statement.executeQuery("EXPLAIN QUERY PLAN " + text)) {
            while (step.next()) {
                steps.add(step.getString("detail"));
            }
        }
        steps.removeIf(step -> step.toLowerCase(Locale.ROOT).contains("constant row"));
        return steps;
    }
}
