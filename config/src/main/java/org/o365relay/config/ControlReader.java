package org.o365relay.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.values.FileContent;
import org.o365relay.config.values.TextValues;

/// Reads `relay.control`: the socket for operator commands.
///
/// @param directory base directory of relative paths
record ControlReader(Section control, Path directory) {

    private static final String SOCKET = "socket";
    private static final String GROUP = "group";
    private static final String DEFAULT_NAME = "control.sock";

    /// @param dataDirectory directory that contains the socket by default
    /// @param listeners listeners of the relay, which must not use the same socket
    ControlSettings read(Path dataDirectory, List<ListenerSettings> listeners) {
        Optional<Path> written =
                control.optional(SOCKET, FileContent.path(directory).then(ControlReader::checkLength));
        Path defaultSocket = defaultIn(dataDirectory);
        if (control.configured(SOCKET).isEmpty() && octets(defaultSocket) > ControlSettings.MAX_LENGTH) {
            control.reportProblem(
                    SOCKET,
                    "must be set: the default, %s in data-directory, is too long for a socket path; use at most %d octets"
                            .formatted(DEFAULT_NAME, ControlSettings.MAX_LENGTH));
        }
        Path socket = written.orElse(defaultSocket);
        Optional<String> group = control.optional(GROUP, TextValues.ANY);
        checkPath(socket, dataDirectory, listeners);
        if (group.isPresent() && socket.startsWith(dataDirectory)) {
            control.reportWarning(
                    GROUP,
                    "its members cannot reach %s: only the relay's user can access the data-directory; set socket, for example to /run/o365-relay/%s"
                            .formatted(socket, DEFAULT_NAME));
        }
        return new ControlSettings(socket, group.orElse(null));
    }

    private void checkPath(Path socket, Path dataDirectory, List<ListenerSettings> listeners) {
        if (socket.equals(dataDirectory)) {
            control.reportProblem(
                    SOCKET, "is the data-directory itself; set a file, such as " + defaultIn(dataDirectory));
        }
        boolean isTaken = listeners.stream()
                .anyMatch(listener -> listener.endpoint() instanceof Endpoint.UnixSocket(Path path, var _)
                        && path.normalize().equals(socket));
        if (isTaken) {
            control.reportProblem(SOCKET, "a listener uses the socket %s; set another path".formatted(socket));
        }
    }

    private static Path defaultIn(Path directory) {
        return directory.resolve(DEFAULT_NAME);
    }

    private static Parsed<Path> checkLength(Path socket) {
        int octets = octets(socket);
        return octets > ControlSettings.MAX_LENGTH
                ? new Parsed.Invalid<>("%s is too long for a socket: %d octets; use %d at most"
                        .formatted(TextValues.quoted(socket.toString()), octets, ControlSettings.MAX_LENGTH))
                : new Parsed.Ok<>(socket);
    }

    private static int octets(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }
}
