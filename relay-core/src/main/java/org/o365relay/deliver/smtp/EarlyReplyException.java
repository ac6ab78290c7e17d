package org.o365relay.deliver.smtp;

import java.io.IOException;

/// The server sent data when it was not its turn. The data has not been read.
final class EarlyReplyException extends IOException {
    private static final long serialVersionUID = 1L;

    EarlyReplyException() {
        super("unexpected reply");
    }
}
