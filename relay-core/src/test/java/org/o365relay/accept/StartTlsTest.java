package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.accept.auth.Users;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.session.Session;
import org.o365relay.accept.session.SessionFactory;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.mail.Deviation;

/// The session before and after a TLS handshake, without the handshake.
class StartTlsTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");

    @TempDir
    Path directory;

    private final List<Boolean> talkedOn = new ArrayList<>();
    private TestRelayFront front;
    private EmbeddedChannel channel;

    @BeforeEach
    void connect() throws Exception {
        front = TestRelayFront.in(directory);
        InstantSource clock = InstantSource.fixed(TestRelayFront.NOW);
        Session session = new SessionFactory(
                        FrontSettings.DEFAULTS.session(),
                        new Users(null, clock),
                        front.queue().intake(),
                        front.journal(),
                        clock)
                .open(new Client(
                        CLIENT, FrontSettings.DEFAULTS.policy(), front.devices().at(CLIENT), ListenerTls.OPTIONAL));
        channel = new EmbeddedChannel(new SmtpConnection(
                session,
                FrontSettings.DEFAULTS.limits(),
                (_, early) -> talkedOn.add(early),
                ReceiveMemory.ofProcess()));
        assertThat(heard()).startsWith("220 ");
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
        front.close();
    }

    @Test
    void discardsStateFromBeforeTls() {
        print("STARTTLS\r\nMAIL FROM:<evil@device.test>\r\n");
        assertThat(heard()).isEqualTo("220 2.0.0 Go ahead\r\n");
        assertThat(talkedOn).containsExactly(true);
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        print("RCPT TO:<b@contoso.test>\r\n");
        assertThat(heard()).isEqualTo("503 5.5.1 Need MAIL before RCPT\r\n");
    }

    @Test
    void continuesInTls() {
        print("STARTTLS\r\n");
        assertThat(heard()).startsWith("220 ");
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        print("EHLO printer\r\n");
        assertThat(heard()).contains("250-SMTPUTF8").doesNotContain("STARTTLS");
        assertThat(talkedOn).containsExactly(false);
    }

    @Test
    void doesNotCountAMissingQuitInTheHandshake() {
        print("STARTTLS\r\n");
        var _ = channel.close();
        assertThat(front.hasDeviated(CLIENT, Deviation.NO_QUIT)).isFalse();
    }

    private void print(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private String heard() {
        StringBuilder heard = new StringBuilder();
        for (ByteBuf said = channel.readOutbound(); said != null; said = channel.readOutbound()) {
            heard.append(said.toString(StandardCharsets.US_ASCII));
            said.release();
        }
        return heard.toString();
    }
}
