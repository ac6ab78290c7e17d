package org.o365relay.exchange;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// A kind of reply that Microsoft 365 is known to give.
///
/// @param section of the page that is made of the catalogue
/// @param name unique in the catalogue: `smtp-auth-off-for-tenant`
/// @param cause what it means, in plain words
/// @param authorAdvice what the author of a message can do, who is no admin; empty if nothing but to ask the admin
/// @param advice what the admin can do, with `{mailbox}` for the mailbox's address; empty if there is nothing
///     to do but wait
/// @param probe how long to wait before it is tried whether the trouble is over; null for the usual time
/// @param examples at least one reply of this kind
public record KnownReply(
        String section,
        String name,
        ReplySource source,
        ReplyPattern pattern,
        Kind kind,
        String cause,
        String authorAdvice,
        String advice,
        @Nullable Duration probe,
        List<Reply> examples) {

    public KnownReply {
        examples = List.copyOf(examples);
    }

    /// What a reply of this kind asks for.
    public enum Kind {
        /// This message or recipient will never be taken.
        PERMANENT,
        /// The same message may be taken later.
        TRANSIENT,
        /// Fewer connections at once would have been taken.
        CONNECTIONS,
        /// The mailbox has sent too much; it rests for a while.
        THROTTLED,
        /// The mailbox may not send as this author. If the author is the mailbox itself, nothing leaves until the
        /// admin acts; else it is this author's trouble alone.
        AUTHOR,
        /// Nothing leaves by this road until the admin acts; another road of the mailbox may be open.
        UPSTREAM,
        /// Nothing leaves through the mailbox, by whatever road, until the admin acts.
        MAILBOX
    }

    /// @return the advice for this mailbox
    public String adviceFor(EmailAddress mailbox) {
        return advice.replace("{mailbox}", mailbox.toString());
    }
}
