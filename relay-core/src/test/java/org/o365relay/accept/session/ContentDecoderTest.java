package org.o365relay.accept.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.Deviation;

class ContentDecoderTest {

    /// The result of decoding: the content, and the octets after the line that ends it.
    ///
    /// @param rest null if the content has not ended
    record Decoded(String content, @Nullable String rest) {}

    // In the table: r and n stand for CR and LF, 0 for NUL; "-" means that the content has not ended.
    @ParameterizedTest
    @CsvSource(textBlock = """
        # what is sent    , CRLF: content, CRLF: rest, LF: content, LF: rest
        .rn               , ''           , ''        , ''         , ''
        .n                , n            , -         , ''         , ''
        arn.rn            , arn          , ''        , arn        , ''
        arn.rnarn.rn      , arn          , arn.rn    , arn        , arn.rn
        arn..rn.rn        , arn.rn       , ''        , arn.rn     , ''
        arn.a.rn.rn       , arna.rn      , ''        , arna.rn    , ''
        a.rn.rn           , a.rn         , ''        , a.rn       , ''
        an.na.rn          , an.na.rn     , -         , an         , a.rn
        an.rna            , an.rna       , -         , an         , a
        ar.ra             , ar.ra        , -         , ar.ra      , -
        ar.rna            , ar.rna       , -         , ar.rna     , -
        arn.na            , arnna        , -         , arn        , a
        arn.ra            , arnra        , -         , arnra      , -
        arn.rra           , arnrra       , -         , arnrra     , -
        arn.rrn.rn        , arnrrn       , ''        , arnrrn     , ''
        arn.0rna          , arn0rna      , -         , arn0rna    , -
        arn0.rna          , arn0.rna     , -         , arn0.rna   , -
        ar0n.rna          , ar0n.rna     , -         , ar0n       , a
        rn.rn             , rn           , ''        , rn         , ''
        rrn.rn            , rrn          , ''        , rrn        , ''
        n.rn              , n.rn         , -         , n          , ''
        r.rn              , r.rn         , -         , r.rn       , -
        an..n.n           , an..n.n      , -         , an.n       , ''
        arn               , arn          , -         , arn        , -
        arn.r             , arn          , -         , arn        , -
        """)
    void endsTheContentOnlyAtTheClientsLineEnding(
            String sent, String content, String rest, String bareContent, String bareRest) {
        assertThat(decode(octets(sent), false, 1_000)).isEqualTo(expected(content, rest));
        assertThat(decode(octets(sent), true, 1_000)).isEqualTo(expected(bareContent, bareRest));
        assertThat(decode(octets(sent), false, 1)).isEqualTo(expected(content, rest));
        assertThat(decode(octets(sent), true, 1)).isEqualTo(expected(bareContent, bareRest));
    }

    // As above; x stands for 998 octets. Whether the end is lenient is checked only where a bare LF ends a
    // line.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # what is sent | wrong with it                       | lenient end
        arn.rn         |                                     | false
        arnbrn..crn.rn |                                     | false
        an.rn          | bare-line-feed                      | true
        an.n           | bare-line-feed                      | true
        arn.n          |                                     | true
        anbrn.rn       | bare-line-feed                      | false
        arbrn.rn       | bare-carriage-return                | false
        arrn.rn        | bare-carriage-return                | false
        rn.rarn.rn     | bare-carriage-return                | false
        a0rn.rn        | nul                                 | false
        0rn.rn         | nul                                 | false
        rn.0rn.rn      | nul                                 | false
        rn.r0rn.rn     | bare-carriage-return nul            | false
        xrn.rn         |                                     | false
        xarn.rn        | long-line                           | false
        rn.xrn.rn      |                                     | false
        rn.xarn.rn     | long-line                           | false
        xnxrn.rn       | bare-line-feed                      | false
        xrxrn.rn       | bare-carriage-return                | false
        axrnarn.rn     | long-line                           | false
        """)
    void detectsDeviationsHoweverTheLinesAreSplit(String sent, @Nullable String wrong, boolean lenient) {
        byte[] stream = octets(sent.replace("x", "x".repeat(998)));
        for (int piece : new int[] {1, 2, 3, 997, 998, 999, 1_000, 10_000}) {
            ContentDecoder decoder = new ContentDecoder(true);
            boolean ended = false;
            for (int from = 0; from < stream.length; from += piece) {
                ended = decoder.decode(stream, from, Math.min(from + piece, stream.length), new ByteArrayOutputStream())
                        >= 0;
            }
            assertThat(ended).isTrue();
            assertThat(decoder.deviations().stream().map(Deviation::key).collect(Collectors.joining(" ")))
                    .as("in pieces of %s", piece)
                    .isEqualTo(wrong == null ? "" : wrong);
            assertThat(decoder.hasNonstandardEnd()).isEqualTo(lenient);
        }
    }

    @Test
    void doesNotInterpretDotsInChunks() {
        ContentDecoder decoder = ContentDecoder.forChunks();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        byte[] stream = octets("..arn.rn.n..rn.r");
        assertThat(decoder.decode(stream, 0, stream.length, content)).isEqualTo(-1);
        assertThat(content.toByteArray()).isEqualTo(stream);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void decodesAnyStreamInAnySegmentsLikeTheSimpleDecoder(boolean bareLineFeeds) {
        Random random = new Random(5321);
        for (int round = 0; round < 20_000; round++) {
            byte[] stream = random(random, "\r\n.a\0\r\n.", 1 + random.nextInt(40));
            Decoded expected = readSimply(stream, bareLineFeeds);
            int longestPiece = 1 + random.nextInt(8);
            assertThat(decode(stream, bareLineFeeds, () -> 1 + random.nextInt(longestPiece)))
                    .as("%s in pieces up to %s", new String(stream, StandardCharsets.ISO_8859_1), longestPiece)
                    .isEqualTo(expected);
        }
    }

    @Test
    void decodesEveryShortStreamLikeTheSimpleDecoder() {
        String alphabet = "\r\n.a";
        int length = 7;
        IntStream.range(0, 1 << (2 * length)).forEach(number -> {
            byte[] stream = new byte[length];
            for (int i = 0; i < length; i++) {
                stream[i] = (byte) alphabet.charAt((number >> (2 * i)) & 3);
            }
            for (boolean bareLineFeeds : new boolean[] {false, true}) {
                Decoded decoded = decode(stream, bareLineFeeds, 1);
                Decoded expected = readSimply(stream, bareLineFeeds);
                if (!decoded.equals(expected)) { // 32,768 assertions of AssertJ would take most of the time
                    assertThat(decoded).as("%s", number).isEqualTo(expected);
                }
            }
        });
    }

    private static Decoded decode(byte[] stream, boolean bareLineFeeds, int piece) {
        return decode(stream, bareLineFeeds, () -> piece);
    }

    private static Decoded decode(byte[] stream, boolean bareLineFeeds, IntSupplier pieces) {
        ContentDecoder decoder = new ContentDecoder(bareLineFeeds);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        int offset = 0;
        while (offset < stream.length) {
            int length = Math.min(pieces.getAsInt(), stream.length - offset);
            int taken = decoder.decode(stream, offset, offset + length, content);
            if (taken >= 0) {
                return new Decoded(text(content.toByteArray()), text(stream).substring(offset + taken));
            }
            offset += length;
        }
        return new Decoded(text(content.toByteArray()), null);
    }

    /// Reads the complete stream line by line. The decoder must return the same.
    private static Decoded readSimply(byte[] stream, boolean bareLineFeeds) {
        String text = text(stream);
        StringBuilder content = new StringBuilder();
        int start = 0;
        while (start < text.length()) {
            int end = bareLineFeeds ? text.indexOf('\n', start) : text.indexOf("\r\n", start);
            boolean whole = end >= 0;
            int next = whole ? end + (bareLineFeeds ? 1 : 2) : text.length();
            String line = text.substring(start, next);
            if (whole && (line.equals(".\r\n") || line.equals(".\n"))) {
                return new Decoded(content.toString(), text.substring(next));
            }
            if (line.startsWith(".")) {
                line = line.substring(1);
            }
            boolean undecided = !whole && text.startsWith(".\r", start) && line.equals("\r");
            content.append(undecided ? "" : line);
            start = next;
        }
        return new Decoded(content.toString(), null);
    }

    private static byte[] random(Random random, String alphabet, int length) {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
        }
        return octets;
    }

    private static Decoded expected(String content, String rest) {
        return new Decoded(text(octets(content)), rest.equals("-") ? null : text(octets(rest)));
    }

    private static byte[] octets(String table) {
        return table.replace('r', '\r').replace('n', '\n').replace('0', '\0').getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }
}
