package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.RelaySettings;
import org.o365relay.daemon.explain.ExplainRequest;
import org.o365relay.daemon.explain.Explainer;
import org.o365relay.daemon.explain.Explanation;
import org.o365relay.mail.EmailAddress;

/// The reply that `explain` predicts is the reply of a running relay, word for word.
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
    private static final String REFUSED = " is rejected: ";

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
            """)
    void predictsTheReplyOfARunningRelay(
            String client, String helo, String sender, String recipients, long size, String code) throws IOException {
        List<String> to = List.of(recipients.split(" "));
        List<String> refusals = new ArrayList<>();

        String received = reply(client, helo, sender.replace("<>", ""), to, size, refusals);

        Explanation explained = Explainer.explain(
                settings,
                new ExplainRequest(
                        InetAddress.ofLiteral(client),
                        settings.listeners().getFirst(),
                        helo,
                        EmailAddress.parse(sender).orElse(null),
                        to.stream()
                                .flatMap(recipient -> EmailAddress.parse(recipient).stream())
                                .toList(),
                        size,
                        null));
        assertThat(received).startsWith(code);
        assertThat(explained.reply()).hasToString(received.replaceFirst("(?<= Queued as ).*", "(queue ID)"));
        assertThat(recipientRefusals(explained)).isEqualTo(refusals);
    }

    /// @param refusals gets what is said to recipients that are not taken
    /// @return the last reply
    private static String reply(
            String client, String helo, String sender, List<String> recipients, long size, List<String> refusals)
            throws IOException {
        try (Device device = new Device(relay.address(), "PROXY TCP4 " + client + " 127.0.0.1 4000 25\r\n")) {
            String reply = device.greeting();
            String parameter = size == 0 ? "" : " SIZE=" + size;
            for (String line : List.of(("EHLO " + helo).strip(), "MAIL FROM:<" + sender + ">" + parameter)) {
                reply = isPositive(reply) ? device.say(line) : reply;
            }
            if (!isPositive(reply)) {
                return reply;
            }
            for (String recipient : recipients) {
                reply = device.say("RCPT TO:<" + recipient + ">");
                Stream.of(reply).filter(answer -> !isPositive(answer)).forEach(refusals::add);
            }
            return refusals.size() == recipients.size() ? reply : content(device);
        }
    }

    private static String content(Device device) throws IOException {
        assertThat(device.say("DATA")).startsWith("354 ");
        return device.say("Subject: explained\r\n\r\ntext\r\n.");
    }

    private static boolean isPositive(String reply) {
        return reply.startsWith("2");
    }

    private static List<String> recipientRefusals(Explanation explanation) {
        return explanation.steps().stream()
                .filter(step -> step.subject().equals("recipient"))
                .map(step -> step.finding())
                .filter(finding -> finding.contains(REFUSED))
                .map(finding -> finding.substring(finding.indexOf(REFUSED) + REFUSED.length()))
                .toList();
    }
}
