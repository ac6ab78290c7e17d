package org.o365relay.accept.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Any split of any byte stream into packets gives the same content and the same end.
class ContentDifferentialTest {

    private static final byte[] ALPHABET = {'\r', '\n', '.', 'x'};
    private static final int LONGEST = 9;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void decodesEveryStreamOfUpToNineOctetsInAnyTwoPackets(boolean bareLineFeeds) {
        for (int length = 0; length <= LONGEST; length++) {
            byte[] stream = new byte[length];
            for (int number = 0; number < 1 << (2 * length); number++) {
                for (int i = 0; i < length; i++) {
                    stream[i] = ALPHABET[(number >> (2 * i)) & 3];
                }
                checkEveryTwoPackets(stream, bareLineFeeds);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5321, 2821, 821, 780})
    void decodesRandomStreamsInRandomPackets(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            byte[] stream = Packets.stream(random, 1 + random.nextInt(200));
            ReferenceReader.Content strict = ReferenceReader.read(stream, false);
            ReferenceReader.Content lenient = ReferenceReader.read(stream, true);
            for (int split = 0; split < 4; split++) {
                int longest = 1 + random.nextInt(12);
                Packets.check(stream, false, strict, () -> 1 + random.nextInt(longest));
                Packets.check(stream, true, lenient, () -> 1 + random.nextInt(longest));
            }
            Packets.check(stream, false, strict, () -> 1);
            Packets.check(stream, true, lenient, () -> 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void findsNoEndThatTheStricterDecoderDoesNotFind(boolean bareLineFeeds) {
        Random random = new Random(1);
        for (int round = 0; round < 5_000; round++) {
            byte[] stream = Packets.stream(random, 1 + random.nextInt(60));
            ReferenceReader.Content content = ReferenceReader.read(stream, bareLineFeeds);
            int end = content.end();
            boolean crlf = end >= 3 && stream[end - 3] == '.' && stream[end - 2] == '\r' && stream[end - 1] == '\n';
            boolean lf = end >= 2 && stream[end - 2] == '.' && stream[end - 1] == '\n';
            assertThat(end < 0 || crlf || (lf && bareLineFeeds)).isTrue();
        }
    }

    private static void checkEveryTwoPackets(byte[] stream, boolean bareLineFeeds) {
        ReferenceReader.Content expected = ReferenceReader.read(stream, bareLineFeeds);
        for (int first = 0; first <= stream.length; first++) {
            Packets.check(stream, bareLineFeeds, expected, first);
        }
    }
}
