package org.o365relay.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BuildTimeTest {

    @Test
    void isTheTimestampOfTheBuild() throws IOException {
        assertThat(Files.readString(Path.of("..", "pom.xml")))
                .contains("<project.build.outputTimestamp>" + BuildTime.AT + "</project.build.outputTimestamp>");
    }

    @Test
    void noTimeBeforeTheBuildIsPlausible() {
        assertThat(BuildTime.isPlausible(Instant.EPOCH)).isFalse();
        assertThat(BuildTime.isPlausible(BuildTime.AT.minusMillis(1))).isFalse();
        assertThat(BuildTime.isPlausible(BuildTime.AT)).isTrue();
    }
}
