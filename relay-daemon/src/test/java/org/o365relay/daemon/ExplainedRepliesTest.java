package org.o365relay.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.RelaySettings;
import org.o365relay.daemon.explain.ClientScript;
import org.o365relay.daemon.explain.Exchange;
import org.o365relay.daemon.explain.ExplainRequest;
import org.o365relay.daemon.explain.Explainer;
import org.o365relay.daemon.explain.Explanation;
import org.o365relay.time.SteadyClock;

/// The replies that `explain` shows are those of a running relay, word for word.
@Timeout(60)
final class ExplainedRepliesTest {

    private static final String CONFIGURATION = """
        relay {
          listeners = [ { address = "127.0.0.1", port = 0, trusted-proxies = [ "127.0.0.1" ] } ]
          trusted-networks = [
            { network = "10.0.0.0/24", message-size = 1MiB }
            { network = "10.0.0.7", tolerance = legacy }
            { network = "10.0.0.8", tolerance = strict, message-size = 1MiB }
          ]
          limits.recipients-per-message = 3
          sender-rules = [ { deny = "boss@contoso.example", reason = "it is not a device" }, { deny = "@evil.example" } ]
          recipient-rules = [ { allow = "@contoso.example" }, { allow = "*", client = "10.0.0.7" }, { deny = "*" } ]
        }
        """;
    private static final String MESSAGE = "Subject: explained\r\n\r\ntext\r\n";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path directory;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path office;

    @SuppressWarnings("NullAway.Init")
    private static RelayFixture relay;

    @SuppressWarnings("NullAway.Init")
    private static RelaySettings settings;

    @BeforeAll
    static void start() throws Exception {
        relay = new RelayFixture(directory, office).start(CONFIGURATION);
        settings = RelayFixture.settings(directory.resolve("relay.conf"));
    }

    @AfterAll
    static void stop() {
        relay.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        10.0.0.1  | mfp       | scan@contoso.example | a@contoso.example                                     | 0       | 250
        10.0.0.1  | mfp       | <>                   | a@contoso.example                                     | 1048576 | 250
        10.0.0.1  | third_mfp | scan                 | postmaster                                            | 0       | 250
        10.0.0.1  | ''        | scan@contoso.example | A@contoso.example a@Contoso.example                   | 0       | 250
        10.0.0.1  | mfp       | scan@contoso.example | a@contoso.example c@x.test                            | 0       | 250
        10.0.0.1  | mfp       | scan@contoso.example | a@contoso.example b@contoso.example c@contoso.example A@contoso.example c@contoso.example | 0 | 250
        10.0.0.1  | mfp       | scan@contoso.example | c@x.test d@x.test                                     | 0       | 550
        10.0.0.1  | mfp       | scan@contoso.example | root                                                  | 0       | 553
        10.0.0.1  | mfp       | boss@contoso.example | a@contoso.example                                     | 0       | 550
        10.0.0.1  | mfp       | boss@contoso.example | a@contoso.example                                     | 1048577 | 552
        10.0.0.1  | mfp       | me@evil.example      | a@contoso.example                                     | 1048576 | 550
        10.0.0.7  | ''        | scan                 | c@x.test root                                         | 0       | 250
        10.0.0.7  | mfp       | scan@contoso.example | c@x.test                                              | 99999999 | 552
        10.0.0.8  | ''        | scan@contoso.example | a@contoso.example                                     | 0       | 501
        10.0.0.8  | third_mfp | scan@contoso.example | a@contoso.example                                     | 0       | 501
        10.0.0.8  | 10.0.0.8  | scan@contoso.example | a@contoso.example                                     | 0       | 501
        10.0.0.8  | [10.0.0.8]| scan@contoso.example | a@contoso.example                                     | 0       | 250
        10.0.0.8  | mfp       | scan                 | a@contoso.example                                     | 1048577 | 553
        10.0.0.8  | mfp       | scan@contoso.example | root POSTMASTER                                       | 0       | 250
        10.0.0.8  | mfp       | scan@contoso.example | a@x.test root                                         | 0       | 553
        10.0.1.1  | mfp       | scan@contoso.example | a@contoso.example                                     | 0       | 554
        127.0.0.1 | mfp       | scan@contoso.example | a@contoso.example                                     | 0       | 554
        10.0.0.8  | -         | scan@contoso.example | a@contoso.example                                     | 0       | 503
        10.0.0.1  | -         | scan@contoso.example | a@contoso.example                                     | 0       | 250
        10.0.0.1  | mfp       | <@a.test,@b.test:scan@contoso.example> | <@c.test:a@contoso.example> | 0       | 250
        10.0.0.1  | mfp       | foo bar              | a@contoso.example                                     | 0       | 501
        10.0.0.1  | mfp       | scan@contoso.example | <> a@ @contoso.example                                | 0       | 501
        10.0.0.7  | mfp       | jürgen@contoso.example | a@contoso.example                                   | 0       | 250
        """)
    void showsTheRepliesOfARunningRelay(
            String client, String helo, String sender, String recipients, long size, String code) throws IOException {
        boolean skipsHelo = helo.equals("-");
        Explanation explained = explain(
                client,
                new ClientScript.Commands(
                        skipsHelo ? null : helo,
                        skipsHelo,
                        sender,
                        List.of(recipients.split(" ")),
                        size,
                        MESSAGE.getBytes(UTF_8)));

        StringBuilder sent = new StringBuilder();
        for (Exchange exchange : explained.dialogue()) {
            boolean isContent = exchange.client().startsWith("(content");
            sent.append(isContent ? MESSAGE + ".\r\n" : exchange.client() + "\r\n");
        }
        assertThat(explained.reply()).startsWith(code);
        assertThat(replies(explained)).isEqualTo(replies(client, sent.substring(2)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        10.0.0.1 | EHLO mfp, MAIL FROM:<s@contoso.example> BODY=BINARYMIME, RCPT TO:<a@contoso.example>, DATA, BDAT 6, abcd, BDAT 6 LAST, efgh, QUIT
        10.0.0.1 | EHLO mfp, BDAT 6 LAST, abcd, QUIT
        10.0.0.1 | EHLO mfp, MAIL FROM:<s@contoso.example>, RCPT TO:<a@contoso.example>, BDAT 1048577 LAST
        10.0.0.1 | EHLO mfp, MAIL FROM:<s@contoso.example> SIZE=x, MAIL FROM:<jürgen@contoso.example> SMTPUTF8, RCPT TO:<ä@contoso.example>, RSET, QUIT
        10.0.0.8 | HELO mfp, MAIL FROM:<jürgen@contoso.example>, MAIL FROM:<s@contoso.example>, RCPT TO:<ä@contoso.example>, QUIT
        10.0.0.8 | NOOP, MAIL FROM:<s@contoso.example>, HELO mfp, MAIL FROM: <s@contoso.example>, MAIL FROM:s@contoso.example, VRFY a, EXPN a, HELP, QUIT
        10.0.0.7 | HELO, MAIL FROM: Scanner <s@contoso.example>, RCPT TO:a@contoso.example, DATA, From: x, From: y, , text, ., QUIT
        10.0.0.1 | STARTTLS, AUTH LOGIN, AUTH PLAIN x, GET / HTTP/1.1, QUIT
        10.0.0.1 | DATA, Subject: x, From: y, ., QUIT
        """)
    void showsTheRepliesToARecordedDialogue(String client, String lines) throws IOException {
        String sent = lines.replaceAll(", ?", "\r\n") + "\r\n";

        Explanation explained = explain(client, new ClientScript.Recording(sent.getBytes(UTF_8)));

        assertThat(replies(explained)).isEqualTo(replies(client, sent));
    }

    private static Explanation explain(String client, ClientScript script) {
        ExplainRequest request = new ExplainRequest(
                InetAddress.ofLiteral(client), settings.listeners().getFirst(), script, null);
        return Explainer.explain(settings, request, SteadyClock.system());
    }

    private static List<String> replies(Explanation explained) {
        return explained.dialogue().stream()
                .flatMap(exchange -> exchange.replies().stream())
                .map(String::stripTrailing)
                .toList();
    }

    /// @return everything that the relay replies
    private static List<String> replies(String client, String sent) throws IOException {
        List<String> replies = new ArrayList<>();
        try (Device device = new Device(relay.address(), "PROXY TCP4 " + client + " 127.0.0.1 4000 25\r\n")) {
            device.greeting().lines().forEach(replies::add);
            if (!sent.isEmpty()) {
                device.write(sent);
                device.endOutput();
            }
            while (true) {
                device.reply().lines().forEach(replies::add);
            }
        } catch (EOFException closed) {
            replies.replaceAll(line -> line.replaceFirst("(?<= Queued as ).*", "(queue ID)"));
            return replies;
        }
    }
}
