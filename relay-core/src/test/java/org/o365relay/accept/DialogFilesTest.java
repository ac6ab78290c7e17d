package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Recipient;
import org.o365relay.queue.Claim;

/// Runs every dialog in `dialogs/` over a socket, and then compares the messages in the queue.
class DialogFilesTest {

    static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(DocumentedProtocol.DIALOGS)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @TempDir
    static Path directory;

    /// Dialogs with the same settings share a front. Each claims its messages, so that the next one does not
    /// see them.
    private static final Map<FrontSettings, TestRelayFront> FRONTS = new HashMap<>();

    @AfterAll
    static void close() {
        FRONTS.values().forEach(TestRelayFront::close);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void repliesAsWritten(String file) throws Exception {
        Dialog dialog = Dialog.read(DocumentedProtocol.DIALOGS.resolve(file));
        DialogSettings settings = DialogSettings.of(dialog.directives());
        TestRelayFront front = front(settings.front());
        try (DialogClient connection = front.connectFrom(settings.client())) {
            hold(dialog, connection);
        }
        assertThat(queued(front, dialog.messages())).isEqualTo(dialog.messages());
        assertCounted(front, settings);
    }

    private static TestRelayFront front(FrontSettings settings) throws Exception {
        TestRelayFront known = FRONTS.get(settings);
        if (known != null) {
            return known;
        }
        TestRelayFront front = new TestRelayFront(directory.resolve("queue-" + FRONTS.size()), settings);
        FRONTS.put(settings, front);
        return front;
    }

    /// The server notices the end of a connection a little later than the client.
    private static void assertCounted(TestRelayFront front, DialogSettings settings) throws Exception {
        InetAddress client = InetAddress.ofLiteral(settings.client());
        for (Map.Entry<Deviation, Long> expected : settings.counted().entrySet()) {
            long deadline = System.nanoTime() + 10_000_000_000L;
            long counted;
            do {
                counted = front.devices().records().stream()
                        .filter(device -> device.address().equals(client))
                        .mapToLong(device -> device.deviations().getOrDefault(expected.getKey(), 0L))
                        .sum();
            } while (counted != expected.getValue() && System.nanoTime() < deadline);
            assertThat(counted).as(expected.getKey().key()).isEqualTo(expected.getValue());
        }
    }

    private static void hold(Dialog dialog, DialogClient client) throws IOException {
        for (Dialog.Turn turn : dialog.turns()) {
            switch (turn) {
                case Dialog.Turn.Client(byte[] octets) -> client.send(octets);
                case Dialog.Turn.Server(var pattern) ->
                    assertThat(client.line()).matches(pattern);
                case Dialog.Turn.Extensions() -> assertThat(client.reply()).startsWith("250 ");
                case Dialog.Turn.Close() -> client.expectClosed();
            }
        }
    }

    /// @param expected the expected messages; arrivals are read only where these have one
    private static List<Dialog.Message> queued(TestRelayFront front, List<Dialog.Message> expected) throws IOException {
        List<Claim> claims = front.claims();
        assertThat(claims).hasSameSizeAs(expected);
        List<Dialog.Message> queued = new ArrayList<>();
        for (int i = 0; i < claims.size(); i++) {
            Claim claim = claims.get(i);
            String arrival = claim.arrival().protocol() + " " + claim.arrival().helo();
            queued.add(new Dialog.Message(
                    envelope(claim),
                    expected.get(i).arrival() == null ? null : arrival.strip(),
                    new String(front.content(claim), StandardCharsets.ISO_8859_1)));
        }
        return queued;
    }

    private static String envelope(Claim claim) {
        String sender =
                claim.envelope().returnPath().map(EmailAddress::toString).orElse("");
        return claim.recipients().stream()
                .map(Recipient::address)
                .map(address -> "<" + address + ">")
                .collect(Collectors.joining(" ", "<" + sender + "> -> ", ""));
    }
}
