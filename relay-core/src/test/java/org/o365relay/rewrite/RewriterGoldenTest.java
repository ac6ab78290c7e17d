package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.mail.EmailAddress;

class RewriterGoldenTest {

    private static final String CASES = "org.o365relay.rewrite.RewriteCase#all";

    @ParameterizedTest
    @MethodSource(CASES)
    void producesTheExpectedMessage(RewriteCase example) throws IOException {
        assertThat(new String(example.rewritten(), ISO_8859_1)).isEqualTo(new String(example.out(), ISO_8859_1));
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void producesTheSameBytesAtEveryAttempt(RewriteCase example) throws IOException {
        assertThat(example.rewritten()).isEqualTo(example.rewritten());
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void writesOneFromThatMailClientsCanParse(RewriteCase example) throws Exception {
        MimeMessage message = parsed(example.out());

        assertThat(message.getHeader("From")).hasSize(1);
        InternetAddress from = InternetAddress.parse(message.getHeader("From", null), true)[0];
        assertThat(example.rules()
                        .maySendAs(EmailAddress.parse(from.getAddress()).orElseThrow()))
                .isTrue();
        assertThat(String.valueOf(from.getPersonal())).doesNotContain("@");
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void neverDirectsRepliesToTheMailbox(RewriteCase example) throws Exception {
        MimeMessage message = parsed(example.out());

        String[] replyTo = message.getHeader("Reply-To");
        assertThat(replyTo == null ? 0 : replyTo.length).isLessThanOrEqualTo(1);
        if (replyTo != null) {
            assertThat(Arrays.stream(InternetAddress.parseHeader(replyTo[0], false)))
                    .noneMatch(address -> address.getAddress().equalsIgnoreCase("relay@contoso.example"));
        }
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void endsEveryLineWithCrlf(RewriteCase example) throws IOException {
        String out = new String(example.out(), ISO_8859_1);

        assertThat(out).endsWith("\r\n");
        assertThat(out.replace("\r\n", "")).doesNotContain("\r", "\n");
    }

    @Test
    void hasSixtyCases() throws IOException {
        assertThat(RewriteCase.all()).hasSizeGreaterThanOrEqualTo(60);
    }

    private static MimeMessage parsed(byte[] message) throws Exception {
        return new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(message));
    }
}
