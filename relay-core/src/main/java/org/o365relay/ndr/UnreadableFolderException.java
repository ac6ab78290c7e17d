package org.o365relay.ndr;

import org.jspecify.annotations.Nullable;

/// A folder cannot be read. The exception message explains to the admin what failed and, if known, how to fix
/// it.
final class UnreadableFolderException extends Exception {

    private static final long serialVersionUID = 1L;

    UnreadableFolderException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
