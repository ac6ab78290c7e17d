package org.o365relay.machine;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A resource that the operating system did not provide to the relay. A failure because of a shortage is not
/// caused by a message or a server, and the failed operation may succeed later.
public enum Shortage {
    FILE_DESCRIPTORS("the relay is out of file descriptors: raise LimitNOFILE of its service", "Too many open files"),
    THREADS(
            "the relay cannot start a thread: raise TasksMax or LimitNPROC of its service",
            "unable to create native thread"),
    MEMORY(
            "the machine is out of memory: give it more memory, or raise MemoryMax of the relay's service",
            "Cannot allocate memory|No buffer space available");

    private static final String ALWAYS_READABLE = "/dev/null";

    private final String text;
    private final Pattern message;

    Shortage(String text, String message) {
        this.text = text;
        this.message = Pattern.compile(message);
    }

    /// @return the shortage, and what the admin can do about it
    public String text() {
        return text;
    }

    /// Also recognizes a shortage of file descriptors that the failure does not name, if it still exists:
    /// without file descriptors, a name lookup fails as if the name did not exist, and the messages of the
    /// operating system may be translated.
    ///
    /// @return the shortage that caused the failure; empty if it has another cause
    public static Optional<Shortage> causeOf(Throwable failure) {
        List<String> texts = Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20)
                .map(cause -> String.valueOf(cause.getMessage()))
                .toList();
        Optional<Shortage> named = Arrays.stream(values())
                .filter(shortage -> texts.stream()
                        .anyMatch(text -> shortage.message.matcher(text).find()))
                .findFirst();
        return named.isEmpty() && !canOpenFiles() ? Optional.of(FILE_DESCRIPTORS) : named;
    }

    private static boolean canOpenFiles() {
        try (FileInputStream file = new FileInputStream(ALWAYS_READABLE)) {
            return file.available() >= 0;
        } catch (IOException _) {
            return false;
        }
    }
}
