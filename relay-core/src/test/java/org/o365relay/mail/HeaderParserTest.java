package org.o365relay.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderParserTest {

    private static final String[] PIECES = {
        "\r\n",
        "\r\n",
        "\n",
        "\r",
        "\r\r\n",
        " ",
        "\t",
        ":",
        "A: b",
        "To: c",
        "From ",
        ">From ",
        "--",
        "x",
        "\0",
        "\u00e9",
        "\u00ef\u00bb\u00bf",
        "\r\n\r\n"
    };

    /// What the parser finds in a message.
    ///
    /// @param fields the fields with `/` for CRLF
    /// @param emptyLine whether the header ends with an empty line
    private record Header(List<String> fields, long bodyStart, boolean emptyLine, boolean tooLarge, boolean ascii) {}

    // In the table: / stands for CRLF, r for CR, n for LF, 0 for NUL, ^ for a byte order mark. The fields end
    // with |, before the body. A header that ends directly before a line of the body ends with !
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        # message                   ; header                ; body
        A: b//x                     ; A: b/|                ; x
        A: b/\\tc//x                ; A: b/\\tc/|           ; x
        A: b                        ; A: b/|                ; ''
        A: b/                       ; A: b/|                ; ''
        A: bnC: dnnx                ; A: b/|C: d/|          ; x
        A: brC: drrx                ; A: b/|C: d/|          ; x
        A: br/C: drr/r/x            ; A: b/|C: d/|          ; x
        A: brr                      ; A: b/|                ; ''
        A: brrrx                    ; A: b/|                ; rx
        A: brrr/x                   ; A: b/|!               ; x
        A: b//r/x                   ; A: b/|                ; r/x
        A: b/--x/C: d//             ; A: b/|!               ; --x/C: d//
        A: b/--x:1/C: d//           ; A: b/|!               ; --x:1/C: d//
        A: b/--/                    ; A: b/|!               ; --/
        --x: 1/A: b//               ; !                     ; --x: 1/A: b//
        A: b/-C: d//x               ; A: b/|-C: d/|         ; x
        A: b/C d: e//               ; A: b/|!               ; C d: e//
        A: b/:c//                   ; A: b/|!               ; :c//
        A: b/From x//               ; A: b/|!               ; From x//
        A : b/B\\t \\t: c//x        ; A: b/|B: c/|          ; x
        A :/ b//                    ; A:/ b/|               ; ''
        A: b/ / \\t/ c/ //x         ; A: b/ c/|             ; x
        A:/ //x                     ; A:/|                  ; x
        A: b/ /x/                   ; A: b/|!               ; x/
        A: b/\\t0 /C: 0d0//         ; A: b/|C: d/|          ; ''
        A0: b//                     ; !                     ; A0: b//
        From x/A: b//x              ; A: b/|                ; x
        >From x/A: b//x             ; A: b/|                ; x
        From : x//                  ; From: x/|             ; ''
        From x/text/                ; !                     ; text/
        From x//text/               ; |                     ; text/
        From x                      ; |                     ; ''
        ^A: b//x                    ; A: b/|                ; x
        ^From x/A: b//x             ; A: b/|                ; x
        ^//Subject: b//x            ; Subject: b/|          ; x
        ^text/                      ; !                     ; ^text/
        A: b/^C: d//                ; A: b/|!               ; ^C: d//
        //Subject: b/C: d//x        ; Subject: b/|C: d/|    ; x
        / \\t//from: b//x           ; from: b/|             ; x
        ' /X-A: b//x'               ; X-A: b/|              ; x
        nnnSubject: bnnx            ; Subject: b/|          ; x
        r/r/Subject: b//x           ; Subject: b/|          ; x
        rrrTo: b//x                 ; To: b/|               ; x
        From x//To: b//x            ; To: b/|               ; x
        //Status: ok//x             ; |                     ; /Status: ok//x
        /Status: ok/Subject: b//x   ; |                     ; Status: ok/Subject: b//x
        ' /Status: ok/'             ; !                     ; ' /Status: ok/'
        //text/Subject: b//         ; |                     ; /text/Subject: b//
        //\\ttext/Subject: b//      ; |                     ; /\\ttext/Subject: b//
        \\ttext/A: b//              ; !                     ; \\ttext/A: b//
        ////                        ; |                     ; ///
        rrrr                        ; |                     ; rrr
        ''                          ; |                     ; ''
        """)
    void findsFieldsAndBody(String message, String header, String body) {
        String content = expanded(message);

        Header parsed = parsed(content, content.length(), 1 << 20);

        String fields = parsed.fields().isEmpty() ? "" : String.join("|", parsed.fields()) + "|";
        String expected = header.translateEscapes();
        assertThat(fields).isEqualTo(expected.replace("!", "").replaceAll("^\\|$", ""));
        assertThat(parsed.emptyLine()).isEqualTo(!expected.endsWith("!"));
        assertThat(content.substring((int) parsed.bodyStart())).isEqualTo(expanded(body));
    }

    @ParameterizedTest
    @ValueSource(longs = {5321, 5322, 5323})
    void findsTheSameHoweverTheOctetsAreSplit(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            String message = randomMessage(random);
            int limit = 1 + random.nextInt(40);

            assertThat(parsed(message, 1 + random.nextInt(4), limit))
                    .as("limit %d of %s", limit, message)
                    .isEqualTo(parsed(message, message.length() + 1, limit));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {822, 2822})
    void findsTheSameHeaderAgainInWhatItFound(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            Header header = parsed(randomMessage(random), 1000, 1000);
            String fields = String.join("", header.fields()).replace("/", "\r\n");

            if (!fields.isEmpty()) {
                Header again = parsed(fields + "\r\nTo: body", 1000, 1000);
                assertThat(again.fields()).isEqualTo(header.fields());
                assertThat(again.bodyStart()).isEqualTo(fields.length() + 2);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "996, 0", "997, 0", "998, 0", "5000, 0", "990, 7", "990, 8", "1, 996", "1, 997", "1, 5000"})
    void endsTheHeaderBeforeAnOverlongName(int name, int blanks) {
        String message = "A: b\r\n" + "X".repeat(name) + " ".repeat(blanks) + ": y\r\n\r\nbody";

        for (int split : new int[] {1, 7, 10_000}) {
            assertThat(parsed(message, split, 1 << 20).fields()).hasSize(name + blanks <= 997 ? 2 : 1);
        }
    }

    // In the table, / stands for CRLF. The limit is 10 octets.
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        A: 5678//x       ; false
        A: 5678/text     ; false
        A: 5678/B: d//   ; true
        A: 56789//       ; false
        A: 567890//      ; true
        A: 5678901       ; false
        A: 56789012      ; true
        A: b/ c/ d//     ; true
        From 678901/A: b ; true
        //////////A: b   ; false
        //////Subject: b ; false
        """)
    void limitsTheSizeOfTheHeader(String message, boolean tooLarge) {
        assertThat(parsed(expanded(message), 1, 10).tooLarge()).isEqualTo(tooLarge);
    }

    @ParameterizedTest
    @CsvSource({"100, false", "101, true", "1000000, true"})
    void limitsTheNumberOfFields(int count, boolean tooLarge) {
        Header header = parsed("a:\n".repeat(count) + " b\r\n\r\nbody", 1000, 1 << 22);

        assertThat(header.tooLarge()).isEqualTo(tooLarge);
        assertThat(header.fields()).hasSizeLessThanOrEqualTo(101);
    }

    @Test
    void endsAtOnceInALongLineOfTheBody() {
        for (String line : new String[] {"x", " ", "\0", "\r\n\r\nx", "x x"}) {
            HeaderParser parser = new HeaderParser(HeaderSizeLimit.RECEIVED, 4096, (_, _) -> {});
            byte[] octets = line.repeat(1_002).getBytes(ISO_8859_1);
            parser.add(octets, 0, octets.length);
            assertThat(parser.hasEnded()).as(line).isTrue();
            assertThat(parser.isTooLarge()).isFalse();
        }
    }

    @Test
    void keepsOnlyTheBeginningOfALongField() {
        String message = "A: " + "x".repeat(100_000) + "\r\n y\r\nB: c\r\n\r\n";
        List<String> fields = new ArrayList<>();
        HeaderParser parser = new HeaderParser(HeaderSizeLimit.RECEIVED, 2048, (_, text) -> fields.add(text));
        for (int at = 0; at < message.length(); at += 100) {
            byte[] part =
                    message.substring(at, Math.min(message.length(), at + 100)).getBytes(ISO_8859_1);
            parser.add(part, 0, part.length);
        }
        assertThat(fields).hasSize(2).last().isEqualTo("B: c\r\n");
        assertThat(fields.getFirst()).startsWith("A: xxx").hasSizeBetween(2048, 2100);
        assertThat(parser.bodyStart()).isEqualTo(message.length());
    }

    private static Header parsed(String message, int split, int limit) {
        List<String> fields = new ArrayList<>();
        HeaderParser parser = new HeaderParser(new HeaderSizeLimit(limit, 100), Integer.MAX_VALUE, (name, text) -> {
            assertThat(text).startsWith(name + ":").endsWith("\r\n");
            fields.add(text.replace("\r\n", "/"));
        });
        byte[] octets = message.getBytes(ISO_8859_1);
        for (int at = 0; at < octets.length; at += split) {
            byte[] part = Arrays.copyOfRange(octets, at, Math.min(octets.length, at + split));
            parser.add(part, 0, part.length);
        }
        parser.end();
        return new Header(
                fields, parser.bodyStart(), parser.endsWithEmptyLine(), parser.isTooLarge(), parser.isAscii());
    }

    private static String randomMessage(Random random) {
        StringBuilder message = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            message.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return message.toString();
    }

    private static String expanded(@Nullable String text) {
        return text == null
                ? ""
                : text.translateEscapes()
                        .replace("/", "\r\n")
                        .replaceAll("r(?!om|s)", "\r")
                        .replaceAll("(?<!l)n", "\n")
                        .replace('0', '\0')
                        .replace("^", "\u00ef\u00bb\u00bf");
    }
}
