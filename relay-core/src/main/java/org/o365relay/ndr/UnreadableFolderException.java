package org.o365relay.ndr;

import org.jspecify.annotations.Nullable;

/// A folder cannot be looked at. The message is for the admin: who said what, and what to do.
final class UnreadableFolderException extends Exception {

    private static final long serialVersionUID = 1L;

    UnreadableFolderException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
