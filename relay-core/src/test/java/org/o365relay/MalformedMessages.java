package org.o365relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The messages in `malformed/`, stored as exact octets; `table.txt` describes the fault of each message.
public final class MalformedMessages {

    private static final Path DIRECTORY = Path.of("src/test/resources/malformed");

    private MalformedMessages() {}

    /// @return the fault of each message by file name, in the order of the names
    public static Map<String, String> table() throws IOException {
        return Files.readAllLines(DIRECTORY.resolve("table.txt")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(": ", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (one, _) -> one, TreeMap::new));
    }

    /// @return the names of the files that exist
    public static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".eml"))
                    .sorted()
                    .toList();
        }
    }

    public static byte[] octets(String file) throws IOException {
        return Files.readAllBytes(DIRECTORY.resolve(file));
    }
}
