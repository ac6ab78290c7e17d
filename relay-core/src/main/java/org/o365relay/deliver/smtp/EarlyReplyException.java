package org.o365relay.deliver.smtp;

import java.io.IOException;

/// The server has sent something before it was its turn. It was not read yet.
final class EarlyReplyException extends IOException {
    private static final long serialVersionUID = 1L;

    EarlyReplyException() {
        super("unexpected reply");
    }
}
