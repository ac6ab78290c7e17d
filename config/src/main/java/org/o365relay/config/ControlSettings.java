package org.o365relay.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The socket for operator commands to a running relay.
///
/// @param socket path of a Unix socket, at most [#MAX_LENGTH] octets
/// @param group group whose members may use the socket, besides the relay's user and root; null for none
public record ControlSettings(Path socket, @Nullable String group) {

    /// Maximum length of the path in octets. Linux allows 107 (unix(7)), but the socket is first created in a
    /// temporary directory next to its final path, so its first path is up to 8 octets longer.
    public static final int MAX_LENGTH = 99;
}
