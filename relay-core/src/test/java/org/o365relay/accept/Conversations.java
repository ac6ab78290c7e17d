package org.o365relay.accept;

import static org.o365relay.Invariant.hold;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.netty.channel.ChannelHandler;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.o365relay.accept.auth.Users;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.session.RejectLog;
import org.o365relay.accept.session.SessionFactory;
import org.o365relay.accept.session.SessionSettings;
import org.o365relay.admit.Devices;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.queue.Claim;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// Complete conversations of clients with the relay, while the clock stands still: sends a byte stream in
/// packets, and returns the outcome. Checks what must hold whatever the client sends: each message in the queue
/// has its 250 and each 250 its message, replies are lines of printable characters, all buffers are released,
/// and no exception is thrown.
final class Conversations implements AutoCloseable {

    static final InetAddress PEER = InetAddress.ofLiteral("127.0.0.1");

    private static final InstantSource CLOCK = InstantSource.fixed(TestRelayFront.NOW);
    private static final Duration LONGEST_LINGER = Duration.ofSeconds(3);
    private static final Pattern QUEUED = Pattern.compile("(?m)^(250 2\\.0\\.0 Queued as) (\\S+)");

    /// After this many messages, a new queue is created, so that a fuzz test that runs for hours stays fast.
    private static final int MOST_MESSAGES = 20_000;

    /// @param replies the relay's replies, without the IDs of messages
    /// @param messages the messages in the queue
    /// @param refusals the rejections in the journal
    /// @param deviations counted deviations by client
    record Outcome(
            String replies,
            List<Message> messages,
            List<Rejected> refusals,
            Map<InetAddress, Map<Deviation, Long>> deviations) {}

    record Message(String envelope, InetAddress client, String helo, String protocol, String content) {}

    private final Path directory;
    private final LoggedFailures failures = new LoggedFailures();
    private final Users users;
    private JdbcQueue queue;
    private int messages;
    private int generation;

    Conversations(Path directory) throws IOException, QueueUnavailableException {
        this.directory = directory;
        Path file = directory.resolve("users");
        Files.writeString(file, "printer:" + BCrypt.withDefaults().hashToString(4, "secret".toCharArray()) + "\n");
        this.users = new Users(file, CLOCK);
        this.queue = open();
    }

    /// A session in plain text.
    Outcome converse(Terms terms, byte[] stream, IntSupplier packets) throws IOException, QueueUnavailableException {
        return converse(stream, packets, (devices, journal) -> {
            Client client = new Client(PEER, terms.settings().policy(), devices.at(PEER), terms.tls());
            return new SmtpConnection(
                    sessions(terms.settings().session(), journal).open(client),
                    terms.settings().limits(),
                    (pipeline, _) -> {
                        var _ = pipeline.channel().close(); // TLS is tested elsewhere
                    },
                    ReceiveMemory.ofProcess());
        });
    }

    /// A complete connection, including its admission; the peer is [#PEER].
    Outcome converse(ListenerSettings listener, AcceptSettings settings, byte[] stream, IntSupplier packets)
            throws IOException, QueueUnavailableException {
        return converse(stream, packets, (devices, journal) -> {
            RejectHandler turnedAway = new RejectHandler(devices, new RejectLog(journal, RejectLog.CONNECTION_LINES));
            PipelineFactory pipelines = new PipelineFactory(
                    sessions(settings.session(), journal), devices, turnedAway, null, ReceiveMemory.ofProcess(), CLOCK);
            return new ConnectionFilter(
                    listener,
                    pipelines,
                    new ConnectionLimiter(10),
                    new ConnectionLimiter(10),
                    new DefaultChannelGroup(GlobalEventExecutor.INSTANCE),
                    settings.session().limits().commandTimeout());
        });
    }

    private SessionFactory sessions(SessionSettings settings, Journal journal) {
        return new SessionFactory(settings, users, queue.intake(), journal, CLOCK);
    }

    /// @param packets supplies the length of each packet, at least 1
    private Outcome converse(
            byte[] stream, IntSupplier packets, BiFunction<Devices, FrontJournal, ChannelHandler> server)
            throws IOException, QueueUnavailableException {
        Devices devices = new Devices(SteadyClock.following(CLOCK));
        FrontJournal journal = new FrontJournal();
        SteppedLoop loop = new SteppedLoop();
        SteppedLine line = new SteppedLine(loop, server.apply(devices, journal));
        for (int from = 0; from < stream.length && line.isOpen(); ) {
            int to = (int) Math.min((long) from + packets.getAsInt(), stream.length);
            line.send(stream, from, to);
            from = to;
            awaitReading(line, loop);
        }
        line.endInput();
        String said = saidUntilEnd(line, loop);
        loop.pass(Duration.ofHours(1)); // runs the tasks that were scheduled
        hold(!line.finishAndReleaseAll(), "said after the end", said);
        hold(line.held() == 0, "octets in buffers that are not released: " + line.held(), said);
        failures.check();
        checkLines(said);
        return new Outcome(
                QUEUED.matcher(said).replaceAll("$1"),
                messages(said),
                List.copyOf(journal.rejected()),
                deviations(devices));
    }

    /// Waits until the server reads, which it does not do while the queue is writing.
    private static void awaitReading(SteppedLine line, SteppedLoop loop) {
        if (!loop.runUntil(() -> !line.isOpen() || line.isReading())) {
            throw new AssertionError("nothing is read any more after " + line.heard());
        }
    }

    private static String saidUntilEnd(SteppedLine line, SteppedLoop loop) {
        boolean ended = loop.runUntil(() -> !line.isOpen() || line.isOutputShutdown());
        loop.pass(LONGEST_LINGER);
        String said = line.heard();
        hold(ended && !line.isOpen(), "the connection hangs after", said);
        return said;
    }

    // RFC 5321 §4.5.3.1.5
    private static void checkLines(String said) {
        hold(said.isEmpty() || said.endsWith("\r\n"), "half a line", said);
        for (String line : said.isEmpty() ? new String[0] : said.split("\r\n", -1)) {
            hold(line.length() <= 510, "too long", line);
            hold(line.chars().allMatch(c -> c >= ' ' && c < 0x7f), "not printable", line);
        }
    }

    /// Checks that the queue contains exactly the messages for which the relay replied 250.
    private List<Message> messages(String said) throws IOException, QueueUnavailableException {
        List<String> promised = QUEUED.matcher(said)
                .results()
                .map((MatchResult match) -> match.group(2))
                .toList();
        List<Message> found = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        // Those of an earlier conversation, too, if it left any that nobody was told of.
        for (Claim claim :
                promised.isEmpty() ? List.<Claim>of() : queue.claims().claim(FrontSettings.SUPPLY, 1_000)) {
            ids.add(claim.id().toString());
            found.add(message(claim));
        }
        hold(ids.size() == promised.size() && ids.containsAll(promised), "not the messages with a 250: " + ids, said);
        messages += ids.size();
        if (messages > MOST_MESSAGES) {
            beginAnew();
        }
        return found;
    }

    private Message message(Claim claim) throws IOException {
        try (InputStream content = queue.claims().content(claim)) {
            return new Message(
                    claim.envelope().toString(),
                    claim.arrival().client(),
                    claim.arrival().helo(),
                    claim.arrival().protocol(),
                    new String(content.readAllBytes(), StandardCharsets.ISO_8859_1));
        }
    }

    private static Map<InetAddress, Map<Deviation, Long>> deviations(Devices devices) {
        return devices.records().stream().collect(Collectors.toMap(DeviceRecord::address, DeviceRecord::deviations));
    }

    private JdbcQueue open() throws QueueUnavailableException {
        return SqliteQueue.open(
                new QueueSettings(directory.resolve("queue" + generation++), 0, 1L << 40, Duration.ofDays(1)),
                SteadyClock.following(CLOCK),
                RandomGenerator.getDefault());
    }

    private void beginAnew() throws IOException, QueueUnavailableException {
        Path old = directory.resolve("queue" + (generation - 1));
        close();
        try (var files = Files.list(old)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        messages = 0;
        failures.begin();
        queue = open();
    }

    /// Also checks that no message without a 250 is left.
    @Override
    public void close() {
        failures.end();
        List<Claim> left = queue.claims().claim(FrontSettings.SUPPLY, 1);
        queue.close();
        hold(left.isEmpty(), "a message without a 250", left);
    }
}
