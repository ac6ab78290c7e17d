package org.o365relay.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What this machine calls itself. DNS is not asked: it may be slow or wrong, and the relay starts without it.
final class Hostname {

    private Hostname() {}

    /// @return the first usable of: the variable HOSTNAME, the kernel's name, `localhost`
    static String find(Map<String, String> environment, Path kernelHostname) {
        return Stream.of(Optional.ofNullable(environment.get("HOSTNAME")), kernelsName(kernelHostname))
                .flatMap(Optional::stream)
                .filter(Addresses::isHostname)
                .findFirst()
                .orElse("localhost");
    }

    private static Optional<String> kernelsName(Path file) {
        return switch (FileContent.read(file)) {
            case Parsed.Ok<byte[]>(byte[] content) -> Optional.of(new String(content, StandardCharsets.UTF_8).strip());
            case Parsed.Invalid<byte[]> notLinux -> Optional.empty();
        };
    }
}
