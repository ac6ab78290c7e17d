package org.o365relay.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyDecoderTest {

    private static final String STREAM =
            "220 ready\r\n250-one\r\n250-two - 3\r\n250 three\r\n354\r\n250 4-5\n421 bye\r\n";

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 11, 1_000})
    void decodesRepliesInAnySplit(int piece) {
        ReplyDecoder replies = new ReplyDecoder();
        List<Integer> codes = new ArrayList<>();

        for (int at = 0; at < STREAM.length(); at += piece) {
            String part = STREAM.substring(at, Math.min(at + piece, STREAM.length()));
            ByteBuffer input = ByteBuffer.wrap(part.getBytes(StandardCharsets.US_ASCII));
            int code = replies.next(input);
            while (code != 0) {
                codes.add(code);
                code = replies.next(input);
            }
        }

        assertThat(codes).containsExactly(220, 250, 354, 250, 421);
    }
}
