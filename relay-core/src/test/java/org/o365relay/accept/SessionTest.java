package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Incoming;

/// The state machine by itself, with a queue and without a socket.
class SessionTest {

    @TempDir
    Path directory;

    private TestRelayFront front;
    private Session session;

    @BeforeEach
    void begin() throws Exception {
        front = TestRelayFront.in(directory);
        InetAddress client = InetAddress.ofLiteral("192.0.2.7");
        session = new Session(
                new Client(
                        client, FrontSettings.DEFAULTS.policy(), front.devices().at(client), ListenerTls.OFF),
                FrontSettings.DEFAULTS.accept(),
                new Users(null, InstantSource.fixed(TestRelayFront.NOW)),
                front.queue(),
                front.journal(),
                InstantSource.fixed(TestRelayFront.NOW));
    }

    @AfterEach
    void end() {
        front.close();
    }

    @Test
    void commitsWhatWasPutIntoTheTransaction() throws Exception {
        say("EHLO printer");
        say("MAIL FROM:<a@device.test>");
        say("RCPT TO:<b@contoso.test>");
        assertThat(say("DATA")).isInstanceOf(Answer.ReadContent.class);
        session.content().buffer().writeBytes("hello\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(session.spill()).isEmpty();
        Reply reply = session.endOfContent().join();

        assertThat(front.claims()).singleElement().satisfies(claim -> {
            assertThat(reply).hasToString("250 2.0.0 Queued as " + claim.id());
            assertThat(claim.arrival().client()).isEqualTo(InetAddress.ofLiteral("192.0.2.7"));
            assertThat(front.content(claim)).asString().isEqualTo("hello\r\n");
        });
    }

    @Test
    void hasNoContentBeforeMail() {
        assertThatThrownBy(() -> session.content()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void answersTemporarilyWhenTheQueueCannotWrite() {
        say("MAIL FROM:<a@device.test>");
        say("RCPT TO:<b@contoso.test>");
        say("DATA");
        front.queue().close();
        assertThat(session.endOfContent().join())
                .hasToString("452 4.3.1 The relay cannot write to its queue, try again later");
        assertThat(front.journal().accepted()).isEmpty();
        assertThat(front.journal().rejected()).hasSize(1);
    }

    @Test
    void answersTemporarilyWhenAChunkCannotBeWritten() {
        say("MAIL FROM:<a@device.test>");
        say("RCPT TO:<b@contoso.test>");
        say("DATA");
        front.queue().close();
        session.content().buffer().writeBytes(new byte[Incoming.CHUNK_SIZE]);
        assertThat(session.spill())
                .hasValueSatisfying(written -> assertThat(written).isCompletedExceptionally());
        assertThat(session.endOfContent().join())
                .hasToString("452 4.3.1 The relay cannot write to its queue, try again later");
    }

    @Test
    void sendsAwayAfterTheTwentiethError() {
        for (int i = 1; i < 20; i++) {
            assertThat(say("FOO")).isInstanceOf(Answer.Say.class);
        }
        assertThat(say("DATA")).isInstanceOf(Answer.SayAndClose.class);
    }

    private Answer say(String line) {
        return session.handle(CommandParser.parse(line));
    }
}
