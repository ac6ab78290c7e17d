package org.o365relay.ndr;

import org.jspecify.annotations.Nullable;

/// A folder cannot be read. The message is for the admin: what is wrong, where, and what to do.
final class UnreadableFolderException extends Exception {

    private static final long serialVersionUID = 1L;

    UnreadableFolderException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
