package org.o365relay.accept;

import org.o365relay.mail.Reply;

/// What the session wants done after a command.
sealed interface Answer {

    Reply reply();

    /// Say it and read the next command.
    record Say(Reply reply) implements Answer {}

    /// Say it and read content up to the final dot.
    record ReadContent(Reply reply) implements Answer {}

    /// Say it and close the connection.
    record SayAndClose(Reply reply) implements Answer {}
}
