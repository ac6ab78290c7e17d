package org.o365relay.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.file.FileSystemException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ShortageTest {

    static Stream<Arguments> shortages() {
        return Stream.of(
                Arguments.of(new SocketException("Too many open files"), Shortage.FILE_DESCRIPTORS),
                Arguments.of(
                        new FileSystemException("/x", null, "Too many open files in system"),
                        Shortage.FILE_DESCRIPTORS),
                Arguments.of(
                        new UncheckedIOException(new IOException(new IOException("/x (Too many open files)"))),
                        Shortage.FILE_DESCRIPTORS),
                Arguments.of(new SocketException("No buffer space available"), Shortage.MEMORY),
                Arguments.of(new IOException("Cannot allocate memory"), Shortage.MEMORY),
                Arguments.of(
                        new OutOfMemoryError("unable to create native thread: possibly out of memory"),
                        Shortage.THREADS));
    }

    @ParameterizedTest
    @MethodSource("shortages")
    void recognizesWhatTheOperatingSystemDoesNotGive(Throwable failure, Shortage shortage) {
        assertThat(Shortage.causeOf(failure)).contains(shortage);
    }

    @Test
    void isNotTheCauseOfOtherFailures() {
        assertThat(Shortage.causeOf(new SocketException("Connection reset"))).isEmpty();
        assertThat(Shortage.causeOf(new IllegalStateException())).isEmpty();
        assertThat(Shortage.causeOf(new OutOfMemoryError("Java heap space"))).isEmpty();
    }
}
