package org.o365relay.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.values.Addresses;
import org.o365relay.config.values.FileContent;

/// Finds the host name of this machine without using DNS, which may be slow, wrong or unavailable.
final class Hostname {

    private Hostname() {}

    /// @return the environment variable `HOSTNAME` if it is a valid host name, otherwise the kernel's host
    ///     name; `localhost` if both are invalid or missing
    static String find(Map<String, String> environment, Path kernelHostname) {
        return Stream.of(Optional.ofNullable(environment.get("HOSTNAME")), readHostname(kernelHostname))
                .flatMap(Optional::stream)
                .filter(Addresses::isHostname)
                .findFirst()
                .orElse("localhost");
    }

    private static Optional<String> readHostname(Path file) {
        return switch (FileContent.read(file)) {
            case Parsed.Ok<byte[]>(byte[] content) -> Optional.of(new String(content, StandardCharsets.UTF_8).strip());
            case Parsed.Invalid<byte[]> notLinux -> Optional.empty();
        };
    }
}
