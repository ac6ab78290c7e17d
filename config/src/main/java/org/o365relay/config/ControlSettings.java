package org.o365relay.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The Unix socket of a running relay for operator commands.
///
/// @param socket path of the socket, at most [#MAX_LENGTH] octets
/// @param group group whose members may use the socket, in addition to root and the relay's user; null for none
public record ControlSettings(Path socket, @Nullable String group) {

    /// Maximum length of the path in octets. Linux allows 107 (unix(7)), but the socket is first created in a
    /// temporary directory next to its final path, and the temporary path is up to 8 octets longer.
    public static final int MAX_LENGTH = 99;
}
