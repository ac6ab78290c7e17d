package org.o365relay.accept;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Network;
import org.o365relay.mail.EmailAddress;
import org.o365relay.time.SteadyClock;

/// A simulated session replies like a session over a socket, for which [DialogFilesTest] runs the same dialogs.
class SimulatedSessionTest {

    private static final SteadyClock CLOCK = SteadyClock.following(InstantSource.fixed(TestRelayFront.NOW));

    /// All dialogs except those that need what a simulated session does not have: passwords, and a full queue.
    static List<String> dialogs() throws IOException {
        List<String> dialogs = new ArrayList<>();
        for (String file : DialogFilesTest.files()) {
            Dialog dialog = Dialog.read(DocumentedProtocol.DIALOGS.resolve(file));
            boolean excluded = dialog.directives().stream().anyMatch(directive -> directive.startsWith("queue"))
                    || DialogSettings.of(dialog.directives()).front().policy().auth() == AuthPolicy.REQUIRED;
            if (!excluded) {
                dialogs.add(file);
            }
        }
        return dialogs;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dialogs")
    void repliesAsOverASocket(String file) throws IOException {
        Dialog dialog = Dialog.read(DocumentedProtocol.DIALOGS.resolve(file));
        DialogSettings settings = DialogSettings.of(dialog.directives());
        try (SimulatedSession session = session(settings)) {
            Deque<String> replies = new ArrayDeque<>(session.replies());
            for (Dialog.Turn turn : dialog.turns()) {
                switch (turn) {
                    case Dialog.Turn.Client(byte[] octets) -> {
                        session.send(octets);
                        replies.addAll(session.replies());
                    }
                    case Dialog.Turn.Server(var pattern) ->
                        assertThat(replies.poll()).matches(pattern);
                    case Dialog.Turn.Extensions() -> {
                        while (replies.element().startsWith("250-")) {
                            replies.remove();
                        }
                        assertThat(replies.remove()).startsWith("250 ");
                    }
                    case Dialog.Turn.Close() -> assertThat(session.isOpen()).isFalse();
                }
            }
            assertThat(replies).isEmpty();
        }
    }

    @Test
    void holdsAllKindsOfDialogs() throws IOException {
        assertThat(dialogs())
                .hasSizeGreaterThan(90)
                .contains("bdat.smtp", "no-helo-strict.smtp", "source-route.smtp", "bad-addresses.smtp");
    }

    @Test
    void assumesThatTheHandshakeSucceeds() {
        try (SimulatedSession session = session(FrontSettings.DEFAULTS.policy(), ListenerTls.REQUIRED)) {
            assertThat(session.replies()).containsExactly("220 relay.test ESMTP o365-relay");
            session.send("EHLO mfp\r\nMAIL FROM:<a@b.example>\r\n".getBytes(UTF_8));
            assertThat(session.replies()).anyMatch(line -> line.startsWith("530 5.7.0"));
            session.send("STARTTLS\r\n".getBytes(UTF_8));
            session.send("EHLO mfp\r\nMAIL FROM:<a@b.example>\r\n".getBytes(UTF_8));
            assertThat(session.replies()).contains("220 2.0.0 Go ahead", "250 2.1.0 Sender ok");
        }
    }

    @Test
    void keepsTheEnvelopeOfTheMessage() throws IOException {
        try (SimulatedSession session = session(FrontSettings.DEFAULTS.policy(), ListenerTls.OFF)) {
            session.send(("EHLO mfp\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<@x.example:c@d.example>\r\nDATA\r\n"
                            + "Subject: x\r\n\r\n" + "text\r\n".repeat(50_000) + ".\r\n")
                    .getBytes(UTF_8));
            assertThat(session.replies()).last().isEqualTo("250 2.0.0 Queued as " + SimulatedMessage.ID);
            SimulatedMessage message = session.message().orElseThrow();
            assertThat(message.parts())
                    .singleElement()
                    .satisfies(part -> assertThat(part.envelope().recipients())
                            .containsExactly(EmailAddress.parse("c@d.example").orElseThrow()));
            assertThat(new String(message.beginning().readAllBytes(), UTF_8)).startsWith("Subject: x\r\n\r\ntext");
        }
    }

    private static SimulatedSession session(DialogSettings settings) {
        InetAddress client = InetAddress.ofLiteral(settings.client());
        boolean trusted = settings.front().networks().stream()
                .anyMatch(network -> Network.parse(network).orElseThrow().contains(client));
        return new SimulatedSession(
                settings.front().session(), client, trusted ? settings.front().policy() : null, ListenerTls.OFF, CLOCK);
    }

    private static SimulatedSession session(ClientPolicy policy, ListenerTls tls) {
        return new SimulatedSession(
                FrontSettings.DEFAULTS.session(), InetAddress.ofLiteral("127.0.0.1"), policy, tls, CLOCK);
    }
}
