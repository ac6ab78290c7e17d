package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrlfOutputStreamTest {

    // In the table: r, n and 0 stand for CR, LF and NUL.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # input     | output
        ''          | ''
        x           | xrn
        xrn         | xrn
        xnx         | xrnxrn
        xrx         | xrnxrn
        xrrn        | xrn
        xrrrrnx     | xrnxrn
        xrrx        | xrnrnxrn
        xrr         | xrnrn
        xnr         | xrnrn
        xnrnx       | xrnrnxrn
        rrn         | rn
        rnrrn       | rnrn
        rn0.rn      | rn.rn
        0.rn        | .rn
        000.x       | .xrn
        n00.n       | rn.rn
        r0.r        | rn.rn
        rr0.rrn     | rnrn.rn
        rrn0..rrn   | rn..rn
        r0n.r0n     | rn0rn.rn0rn
        0r0.        | 0rn.rn
        rn.0rn      | rn.0rn
        x0.rn       | x0.rn
        rn0x.rn     | rn0x.rn
        rn00        | rn00rn
        rn0rn.rn    | rn0rn.rn
        rn0rrn.rn   | rn0rn.rn
        """)
    void convertsLineEndings(String input, String output) throws IOException {
        byte[] octets = octets(input);
        for (int cut = 0; cut <= octets.length; cut++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            CrlfOutputStream crlf = new CrlfOutputStream(out);
            crlf.write(octets, 0, cut);
            crlf.write(octets, cut, octets.length - cut);
            crlf.finish();
            assertThat(out.toString(ISO_8859_1)).isEqualTo(new String(octets(output), ISO_8859_1));
        }
    }

    @Test
    void leavesNoDotThatBecomesTheFinalDotWithoutNuls() throws IOException {
        Random random = new Random(5321);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder input = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                input.append("rn0.x".charAt(random.nextInt(5)));
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            CrlfOutputStream crlf = new CrlfOutputStream(out);
            crlf.write(octets(input.toString()));
            crlf.finish();
            String stuffed = ("\r\n" + out.toString(ISO_8859_1)).replace("\r\n.", "\r\n..");
            assertThat(stuffed.replace("\0", "")).as(input.toString()).doesNotContain("\r\n.\r\n");
            assertThat(stuffed.replace("\r\n", "")).doesNotContain("\r", "\n");
        }
    }

    @Test
    void convertsLongRuns() throws IOException {
        int count = 100_000;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CrlfOutputStream crlf = new CrlfOutputStream(out);
        crlf.write(("\r".repeat(count) + "\0".repeat(count) + "x").getBytes(ISO_8859_1));
        crlf.finish();
        assertThat(out.toString(ISO_8859_1)).isEqualTo("\r\n".repeat(count) + "\0".repeat(count) + "x\r\n");
    }

    private static byte[] octets(String text) {
        return text.replace('r', '\r').replace('n', '\n').replace('0', '\0').getBytes(ISO_8859_1);
    }
}
