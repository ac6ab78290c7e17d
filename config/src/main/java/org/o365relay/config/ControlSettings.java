package org.o365relay.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The socket for commands to a running relay.
///
/// @param socket path of a Unix socket, at most [#MAX_LENGTH] octets
/// @param group members may use the socket, besides the relay's user and root; null for none
public record ControlSettings(Path socket, @Nullable String group) {

    /// In octets. The system allows 107 (unix(7)); the socket is created in a temporary directory beside it,
    /// whose name takes up to 8.
    public static final int MAX_LENGTH = 99;
}
