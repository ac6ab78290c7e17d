package org.o365relay.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTest {

    @ParameterizedTest
    @ValueSource(ints = {512, 513, 575, 576, 577, 4_096, 102_400, 1_048_576, 1_048_900, 3_145_728})
    void hasExactlyTheRequestedSizeAndCleanLines(int size) {
        String text = text(Content.ofSize(size, MessageIds.SAME));

        assertThat(text).endsWith("\r\n.\r\n");
        String message = text.substring(0, text.length() - 3);
        assertThat(message).hasSize(size).contains("\r\n\r\n");
        assertThat(message.replace("\r\n", "")).doesNotContain("\r", "\n");
        assertThat(List.of(message.split("\r\n", -1)))
                .allSatisfy(line -> assertThat(line).doesNotStartWith(".").hasSizeLessThan(80));
    }

    @Test
    void usesOneMebibyteForAnySize() {
        ByteBuffer[] views = Content.ofSize(100 << 20, MessageIds.SAME).views();

        // Duplicates of one page share its memory.
        assertThat(views).hasSizeBetween(100, 102);
        views[1].put(0, (byte) '!');
        assertThat(views[2].get(0)).isEqualTo((byte) '!');
    }

    @Test
    void givesEachMessageARandomMessageIdOnlyIfAskedTo() {
        SplittableRandom random = new SplittableRandom(1);
        Content content = Content.ofSize(4_096, MessageIds.RANDOM);
        ByteBuffer[] one = content.views();
        ByteBuffer[] other = content.views();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            content.renewMessageId(one, random);
            content.renewMessageId(other, random);
            ids.add(messageId(one));
            ids.add(messageId(other));
        }
        assertThat(ids).hasSize(200);

        Content same = Content.ofSize(4_096, MessageIds.SAME);
        ByteBuffer[] views = same.views();
        same.renewMessageId(views, random);
        assertThat(messageId(views)).isEqualTo("<0000000000000000@device.example>");
        assertThat(text(Content.ofSize(4_096, MessageIds.NONE))).doesNotContain("Message-ID");
    }

    private static String messageId(ByteBuffer[] views) {
        String text = StandardCharsets.US_ASCII.decode(views[0].duplicate()).toString();
        return text.lines()
                .filter(line -> line.startsWith("Message-ID: "))
                .map(line -> line.substring("Message-ID: ".length()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void rejectsASizeSmallerThanTheHeader() {
        assertThatThrownBy(() -> Content.ofSize(100, MessageIds.SAME)).hasMessageContaining("at least 512");
    }

    private static String text(Content content) {
        StringBuilder text = new StringBuilder();
        for (ByteBuffer buffer : content.views()) {
            text.append(StandardCharsets.US_ASCII.decode(buffer));
        }
        return text.toString();
    }
}
