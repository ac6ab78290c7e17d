package org.o365relay.accept.session;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.Random;

class ContentDecoderFuzzTest {

    /// The first octet determines the packets.
    @FuzzTest(maxDuration = "10m")
    @DictionaryFile(resourcePath = "content.dict")
    void decodesAnyStreamLikeTheReferenceDecoder(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] stream = Arrays.copyOfRange(input, 1, input.length);
        for (boolean bareLineFeeds : new boolean[] {false, true}) {
            Random random = new Random(input[0]);
            ReferenceReader.Content expected = ReferenceReader.read(stream, bareLineFeeds);
            Packets.check(stream, bareLineFeeds, expected, stream.length);
            Packets.check(stream, bareLineFeeds, expected, () -> 1);
            Packets.check(stream, bareLineFeeds, expected, () -> 1 + random.nextInt(7));
        }
    }
}
