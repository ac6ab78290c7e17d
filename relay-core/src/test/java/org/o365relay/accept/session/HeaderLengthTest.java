package org.o365relay.accept.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Effort;
import org.o365relay.rewrite.HeaderReference;

/// What is accepted is never bounced for the size of its header, and the other way round.
class HeaderLengthTest {

    private static final String ALPHABET = "\r\n: x";
    private static final int LONGEST = 6;
    private static final String[] PIECES = {
        "\r\n",
        "\n",
        "\r",
        "\r\r\n",
        " ",
        "\t",
        ":",
        "A:",
        "From ",
        ">From ",
        "From : a",
        "x",
        "\0",
        "\u00e9",
        "\r\n\r\n"
    };

    @Test
    void agreesWithTheRewriterOnAllShortMessages() {
        for (String beginning : new String[] {"", "a:b\r\n", "From x\n", ">From ", "From : "}) {
            for (int length = 0; length <= LONGEST; length++) {
                for (int number = 0; number < Math.pow(ALPHABET.length(), length); number++) {
                    StringBuilder message = new StringBuilder(beginning);
                    for (int i = 0, rest = number; i < length; i++, rest /= ALPHABET.length()) {
                        message.append(ALPHABET.charAt(rest % ALPHABET.length()));
                    }
                    check(message.toString().getBytes(ISO_8859_1), 2 + number % 12, 3);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5321, 5322})
    void agreesWithTheRewriterOnRandomMessagesInRandomPackets(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < Effort.rounds(20_000, 2_000_000); round++) {
            StringBuilder message = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                message.append(PIECES[random.nextInt(PIECES.length)]);
            }
            check(message.toString().getBytes(ISO_8859_1), 1 + random.nextInt(30), 1 + random.nextInt(5));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {996, 997, 998, 999, 1000})
    void agreesWithTheRewriterOnLongNames(int length) {
        for (String end : new String[] {":", " :", "  :", "\r\n", " x"}) {
            for (String name : new String[] {"x".repeat(length), "x" + " ".repeat(length - 1)}) {
                byte[] message = (name + end + " y".repeat(20)).getBytes(ISO_8859_1);
                check(message, 1_010, 100);
                check(message, 5_000, 100);
            }
        }
    }

    private static void check(byte[] message, int limit, int packet) {
        if (new String(message, ISO_8859_1).matches(">?From [ \\t]*")) {
            return; // such a line of less than 1,004 octets is far below the real limit
        }
        HeaderLength length = new HeaderLength(limit);
        for (int at = 0; at < message.length; at += packet) {
            length.add(Arrays.copyOfRange(message, at, Math.min(at + packet, message.length)));
        }
        if (length.exceedsLimit() != HeaderReference.isTooLarge(message, limit)) {
            assertThat(length.exceedsLimit())
                    .as("limit %d of %s", limit, Arrays.toString(new String(message, ISO_8859_1).toCharArray()))
                    .isEqualTo(HeaderReference.isTooLarge(message, limit));
        }
    }
}
