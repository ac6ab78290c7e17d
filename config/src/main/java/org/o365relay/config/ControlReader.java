package org.o365relay.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// `relay.control`: where commands reach a running relay.
///
/// @param directory where relative paths start
record ControlReader(Section control, Path directory) {

    private static final String SOCKET = "socket";
    private static final String USUAL_NAME = "control.sock";

    /// @param dataDirectory where the socket is if nothing is said of it
    ControlSettings read(Path dataDirectory) {
        Optional<Path> written =
                control.optional(SOCKET, FileContent.path(directory).then(ControlReader::checkLength));
        Path usual = dataDirectory.resolve(USUAL_NAME);
        if (control.written(SOCKET).isEmpty() && octets(usual) > ControlSettings.LONGEST) {
            control.problem(
                    SOCKET,
                    "is missing; %s in the data-directory would be too long for a socket: name a path of at most %d octets"
                            .formatted(USUAL_NAME, ControlSettings.LONGEST));
        }
        return new ControlSettings(
                written.orElse(usual), control.optional("group", Text.ANY).orElse(null));
    }

    private static Parsed<Path> checkLength(Path socket) {
        int octets = octets(socket);
        return octets > ControlSettings.LONGEST
                ? new Parsed.Bad<>("%s is too long for a socket: %d octets; use %d at most"
                        .formatted(Text.quoted(socket.toString()), octets, ControlSettings.LONGEST))
                : new Parsed.Good<>(socket);
    }

    private static int octets(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }
}
