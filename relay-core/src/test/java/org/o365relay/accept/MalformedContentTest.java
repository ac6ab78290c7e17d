package org.o365relay.accept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.MalformedMessages;
import org.o365relay.queue.Claim;

/// Sends each of the messages in `malformed/` over a socket: it is queued unchanged, nothing in it ends it
/// early, and the session continues.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedContentTest {

    private TestRelayFront front;

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        // the limit of Received fields is tested elsewhere
        front = new TestRelayFront(directory, FrontSettings.DEFAULTS.withHops(Integer.MAX_VALUE));
    }

    @AfterAll
    void close() {
        front.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("org.o365relay.MalformedMessages#files")
    @Timeout(20)
    void isQueuedUnchanged(String file) throws Exception {
        String message = new String(MalformedMessages.octets(file), ISO_8859_1);

        try (DialogClient client = front.connect()) {
            client.line();
            send(client, message);
            send(client, "Subject: next\r\n");
            client.send("QUIT\r\n");
            assertThat(client.reply()).startsWith("221 ");
        }

        List<Claim> claims = front.claims();
        assertThat(claims).hasSize(2);
        assertThat(content(claims.get(0))).isEqualTo(lastLineEnded(message));
        assertThat(content(claims.get(1))).isEqualTo("Subject: next\r\n");
    }

    private static void send(DialogClient client, String message) throws IOException {
        client.send("MAIL FROM:<scan@contoso.com>\r\nRCPT TO:<bob@fabrikam.com>\r\nDATA\r\n");
        assertThat(List.of(client.reply(), client.reply(), client.reply()))
                .last()
                .asString()
                .startsWith("354 ");
        client.send((stuffed(lastLineEnded(message)) + ".\r\n").getBytes(ISO_8859_1));
        assertThat(client.reply()).startsWith("250 ");
    }

    // RFC 5321 §4.5.2
    private static String stuffed(String message) {
        String stuffed = message.replace("\r\n.", "\r\n..");
        return stuffed.startsWith(".") ? '.' + stuffed : stuffed;
    }

    private static String lastLineEnded(String message) {
        return message.isEmpty() || message.endsWith("\r\n") ? message : message + "\r\n";
    }

    private String content(Claim claim) throws IOException {
        return new String(front.content(claim), ISO_8859_1);
    }
}
