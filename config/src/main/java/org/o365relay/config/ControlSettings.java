package org.o365relay.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where commands reach a running relay.
///
/// @param socket a Unix socket's file; its path has at most [#LONGEST] octets
/// @param group whose members may command the relay, besides its own user and root; null for nobody
public record ControlSettings(Path socket, @Nullable String group) {

    /// In octets. What the system allows is 107 (unix(7)); a socket is made in a directory beside its place
    /// first, whose name takes up to 8.
    public static final int LONGEST = 99;
}
