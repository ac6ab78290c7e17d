package org.o365relay.accept;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Locations in the source tree of the files that the tests compare.
final class DocumentedProtocol {

    static final Path PROJECT = project();
    static final Path PAGE = PROJECT.resolve("docs/smtp.md");
    static final Path SOURCES = PROJECT.resolve("relay-core/src/main/java/org/o365relay");
    static final Path TESTS = PROJECT.resolve("relay-core/src/test/java/org/o365relay");
    static final Path DIALOGS = PROJECT.resolve("relay-core/src/test/resources/dialogs");

    private DocumentedProtocol() {}

    private static Path project() {
        Path here = Path.of(System.getProperty("user.dir")).toAbsolutePath();
        return Stream.iterate(here, path -> path != null, Path::getParent)
                .filter(path -> Files.exists(path.resolve("docs/smtp.md")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no docs/smtp.md above " + here));
    }
}
