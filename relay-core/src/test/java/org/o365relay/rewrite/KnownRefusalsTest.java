package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.HeaderSizeLimit;

/// What Exchange Online refuses permanently, and how the relay prevents it where a message can be repaired.
class KnownRefusalsTest {

    private static final RewriteCase PLAIN = new RewriteCase(Path.of("plain"), Map.of());

    // In the table, r, n and 0 after a backslash stand for CR, LF and NUL, ~ for 600 times "word ".
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # what Exchange says                   | what a device sends                      | what is handed on
        554 5.6.0 contains bare linefeeds      | From: a@b.com\\n\\nx\\ny\\n              | \\r\\n\\r\\nx\\r\\ny\\r\\n
        550 5.6.11 bare LF in the header       | From: a@b.com\\nSubject: x\\r\\n\\r\\n   | \\r\\nSubject: x\\r\\n
        554 5.6.0 a bare CR                    | From: a@b.com\\r\\n\\r\\nx\\ry\\r\\n     | \\r\\n\\r\\nx\\r\\ny\\r\\n
        550 5.1.20 two From, no Sender         | From: a@b.com\\nFrom: c@d.com\\n\\n      | From: <relay@contoso.example>\\r\\n
        550 5.1.20 two authors, no Sender      | From: a@b.com, c@d.com\\n\\n             | From: <relay@contoso.example>\\r\\n
        550 5.7.512 no From                    | To: a@b.com\\n\\n                        | From: <relay@contoso.example>\\r\\n
        550 5.7.512 From without address       | From: Scanner 3\\n\\n                    | From: Scanner 3 <relay@contoso.example>\\r\\n
        550 5.7.512 From is a group            | From: A: b@c.com;\\n\\n                  | From: <relay@contoso.example>\\r\\n
        550 5.7.512 From is not closed         | From: Ann <a@b.com\\n\\n                 | From: Ann <relay@contoso.example>\\r\\n
        550 5.7.512 Reply-To is not closed     | Reply-To: Ann <a@b.com\\n\\n             | Reply-To: Ann <a@b.com>\\r\\n
        554 5.2.252 an @ in From's name        | From: "x@y.com" <a@b.com>\\n\\n          | From: x <relay@contoso.example>\\r\\n
        554 5.6.0 an unquoted @ in From        | From: x@y.com <a@b.com>\\n\\n            | From: x <relay@contoso.example>\\r\\n
        554 5.6.0 an unquoted @ in To          | To: x@y.com <a@b.com>\\n\\n              | To: "x@y.com" <a@b.com>\\r\\n
        554 5.6.0 no brackets in To            | To: Ann a@b.com\\n\\n                    | To: Ann <a@b.com>\\r\\n
        554 5.6.0 NUL in a field               | From: a@b.com\\nSubject: a\\0b\\n\\n     | \\r\\nSubject: ab\\r\\n
        554 5.6.0 a field line over 998 octets | From: a@b.com\\nSubject: ~\\n\\n         | word\\r\\n word
        """)
    void preventsTheRefusal(String refusal, String sent, String handedOn) throws IOException {
        byte[] in = octets(sent);

        byte[] out = RewriteCase.bytes(rewrite(in));

        DocumentedChanges.check(PLAIN.rules(), in, out);
        assertThat(new String(out, ISO_8859_1)).as(refusal).contains(new String(octets(handedOn), ISO_8859_1));
    }

    @Test
    void neverSendsAsAnAddressOtherThanTheMailbox() throws IOException {
        // 501 5.1.7 Invalid address, 550 5.7.60 not allowed to send as this sender
        assertThat(rewrite(octets("From: a@b.com\\nSender: c@d.com\\n\\n")))
                .isInstanceOfSatisfying(
                        RewriteResult.Rewritten.class,
                        message -> assertThat(message.sender()).hasToString("relay@contoso.example"));
    }

    @Test
    void rejectsAHeaderThatIsTooLarge() throws IOException {
        assertThat(rewrite(octets("X: " + "y".repeat(HeaderSizeLimit.RECEIVED.octets()) + "\\n\\n")))
                .isInstanceOfSatisfying(
                        RewriteResult.Unacceptable.class,
                        refused -> assertThat(refused.reply().toString()).startsWith("552 5.3.4 Header size exceeds"));
    }

    /// Exchange counts them: 554 5.4.6 Hop count exceeded. Removing some of them would hide a loop.
    @Test
    void addsOneReceivedFieldAndRemovesNone() throws IOException {
        byte[] in = octets("Received: by x\\n".repeat(40) + "From: a@b.com\\n\\n");

        String out = new String(RewriteCase.bytes(rewrite(in)), ISO_8859_1);

        assertThat(out.lines().filter(line -> line.startsWith("Received:"))).hasSize(41);
    }

    private static RewriteResult rewrite(byte[] in) throws IOException {
        return new Rewriter(PLAIN.rules())
                .rewrite(RewriteCase.id(), PLAIN.arrival(), PLAIN.envelope(), new ByteArrayInputStream(in));
    }

    private static byte[] octets(String table) {
        return table.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\0", "\0")
                .replace("~", "word ".repeat(600))
                .getBytes(ISO_8859_1);
    }
}
