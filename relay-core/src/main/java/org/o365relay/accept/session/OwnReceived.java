package org.o365relay.accept.session;

import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Recognizes header values that this relay writes: `by <hostname> [with <protocol>] id <queue ID>`
/// (`rewrite.ReceivedField`, `notice.NoticeWriter`).
final class OwnReceived {

    private final StringTokenizer words;
    private String word = "";

    private OwnReceived(String value) {
        words = new StringTokenizer(value, " \t\r\n;");
    }

    /// @return the queue ID; null if this relay did not write the value
    static @Nullable QueueId queueId(String value, String hostname) {
        OwnReceived parser = new OwnReceived(value);
        QueueId id = null;
        while (id == null && parser.next()) {
            id = parser.is("by") && parser.next() && parser.is(hostname) ? parser.id() : null;
        }
        return id;
    }

    private @Nullable QueueId id() {
        next();
        if (is("with")) {
            next(); // skips the protocol
            next();
        }
        return is("id") && next()
                ? QueueId.parse(word).filter(id -> id.toString().equals(word)).orElse(null)
                : null;
    }

    private boolean next() {
        boolean more = words.hasMoreTokens();
        word = more ? words.nextToken() : "";
        return more;
    }

    private boolean is(String expected) {
        return word.equalsIgnoreCase(expected);
    }
}
