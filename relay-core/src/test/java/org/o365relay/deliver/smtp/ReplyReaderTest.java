package org.o365relay.deliver.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.smtp.Received.Complete;
import org.o365relay.deliver.smtp.Received.Fault;
import org.o365relay.deliver.smtp.Received.Invalid;

class ReplyReaderTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        250 2.1.0 Ok⏎                                   | 250 2.1.0 Ok
        250 2.1.0 Ok⏎250 2.1.5 Next⏎                    | 250 2.1.0 Ok
        250-2.0.0 stored⏎250 2.0.0 and sent⏎            | 250 2.0.0 stored and sent
        250⏎                                            | 250
        250-⏎250⏎                                       | 250
        354⏎                                            | 354
        250-2.0.0 stored⏎554 5.7.1 rejected⏎            | 554 5.7.1 rejected
        220-welcome⏎220-here⏎521-5.3.2 not⏎521 today⏎   | 521 5.3.2 not today
        354-go⏎554 no⏎                                  | 554 no
        554-5.7.1 no⏎250-2.0.0 yes⏎421 4.3.2 bye⏎       | 421 4.3.2 bye
        554-5.7.1 rejected⏎                             | 554 5.7.1 rejected
        250-2.0.0 stored⏎554-5.7.1 rejected⏎            | 554 5.7.1 rejected
        250 2.1.0 Ok␊                                   | 250 2.1.0 Ok
        250 2.1.0 Ok␍⏎                                  | 250 2.1.0 Ok
        """)
    void readsAllLinesOfAReply(String octets, String reply) throws IOException {
        assertThat(read(octets))
                .isInstanceOfSatisfying(
                        Complete.class, complete -> assertThat(complete.reply()).hasToString(reply));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', emptyValue = "", textBlock = """
        250-2.0.0 stored⏎251 2.0.0 or not⏎              | CONTRADICTORY
        554-5.7.1 rejected⏎250 2.0.0 or not⏎            | CONTRADICTORY
        554-5.7.1 rejected⏎354 go⏎                      | CONTRADICTORY
        250-a⏎554-b⏎250 c⏎                              | CONTRADICTORY
        250-2.0.0 stored⏎                               | END_OF_STREAM
        250 2.0.0 o                                     | END_OF_STREAM
        250 2.0.0 ok␍                                   | END_OF_STREAM
        554-5.7.1 rejected⏎250 2.0.0 ok                 | END_OF_STREAM
        554 5.7.1 rejec                                 | END_OF_STREAM
        25                                              | END_OF_STREAM
        ''                                              | END_OF_STREAM
        250-2.0.0 stored⏎and⏎                           | MALFORMED
        250-2.0.0 stored⏎⏎                              | MALFORMED
        250-2.0.0 stored⏎2xx ok⏎                        | MALFORMED
        250-2.0.0 stored⏎999 ok⏎                        | MALFORMED
        250-2.0.0 stored⏎199 ok⏎                        | MALFORMED
        250-2.0.0 stored⏎2500 ok⏎                       | MALFORMED
        250 ok␍554 no⏎                                  | MALFORMED
        250-ok␍250 yes⏎                                 | MALFORMED
        250_ok⏎                                         | MALFORMED
        ' 250 ok⏎'                                      | MALFORMED
        ２５０ ok⏎                                       | MALFORMED
        HTTP/1.1 400 Bad Request⏎                       | MALFORMED
        ⏎                                               | MALFORMED
        """)
    void recognizesOctetsThatAreNotAReply(String octets, Fault fault) throws IOException {
        assertThat(read(octets))
                .isInstanceOfSatisfying(
                        Invalid.class, invalid -> assertThat(invalid.fault()).isEqualTo(fault));
    }

    @ParameterizedTest
    @CsvSource({"250, 16384, 16385", "250-, 16384, 16385", "2, 16384, 16385"})
    void limitsTheLengthOfALine(String begin, int longest, int tooLong) throws IOException {
        String end = "\r\n250 end\r\n";
        String fits = begin + "x".repeat(longest - begin.length() - 2) + end;
        assertThat(faultOf(fits)).isNotEqualTo(Fault.TOO_LONG);
        assertThat(faultOf(begin + "x".repeat(tooLong - begin.length() - 2) + end))
                .isEqualTo(Fault.TOO_LONG);
    }

    @Test
    void limitsTheNumberOfLines() throws IOException {
        assertThat(faultOf("250-x\r\n".repeat(255) + "250 x\r\n")).isNull();
        assertThat(faultOf("250-x\r\n".repeat(256) + "250 x\r\n")).isEqualTo(Fault.TOO_LONG);
    }

    @Test
    void limitsTheNumberOfOctets() throws IOException {
        String line = "250-" + "x".repeat(1018) + "\r\n";
        assertThat(faultOf(line.repeat(63) + line.replace('-', ' '))).isNull();
        assertThat(faultOf(line.repeat(64) + "250 x\r\n")).isEqualTo(Fault.TOO_LONG);
    }

    @Test
    void readsNoMoreThanTheLimitsOfAnEndlessReply() throws IOException {
        for (String part : new String[] {"250-x\r\n", "x", "\r\n", "\r", "250-" + "y".repeat(500) + "\r\n"}) {
            Endless endless = new Endless(part);
            assertThat(new ReplyReader(endless).read()).isInstanceOf(Invalid.class);
            assertThat(endless.octets).isLessThan(ReplyReader.MAX_OCTETS + 8192);
        }
    }

    @Test
    void readsOneReplyAfterTheOther() throws IOException {
        ReplyReader replies = new ReplyReader(stream("250-a⏎250 b⏎354 go⏎"));
        assertThat(replies.read()).extracting(Object::toString).asString().contains("250 a b");
        assertThat(replies.hasBuffered()).isTrue();
        assertThat(replies.read()).extracting(Object::toString).asString().contains("354 go");
        assertThat(replies.hasBuffered()).isFalse();
        assertThat(replies.read()).isEqualTo(new Invalid(Fault.END_OF_STREAM, ""));
    }

    private static @Nullable Fault faultOf(String octets) throws IOException {
        return read(octets) instanceof Invalid invalid ? invalid.fault() : null;
    }

    private static Received read(String octets) throws IOException {
        return new ReplyReader(stream(octets)).read();
    }

    private static InputStream stream(String octets) {
        String text = octets.replace("⏎", "\r\n").replace("␊", "\n").replace("␍", "\r");
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    /// Repeats octets for ever.
    private static final class Endless extends InputStream {
        private final byte[] part;
        private int octets;

        Endless(String part) {
            this.part = part.getBytes(UTF_8);
        }

        @Override
        public int read() {
            return part[octets++ % part.length];
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                buffer[i] = (byte) read();
            }
            return length;
        }
    }
}
