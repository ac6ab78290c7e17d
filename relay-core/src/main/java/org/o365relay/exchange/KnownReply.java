package org.o365relay.exchange;

import java.util.List;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// A kind of reply that Exchange Online is known to give.
///
/// @param name unique in the catalogue: `smtp-auth-off-for-tenant`
/// @param cause what it means, in plain words
/// @param advice what the admin can do, with `{mailbox}` for the mailbox's address; empty if there is nothing
///     to do but wait
/// @param examples at least one reply of this kind
public record KnownReply(
        String name, ReplyPattern pattern, Kind kind, String cause, String advice, List<Reply> examples) {

    public KnownReply {
        examples = List.copyOf(examples);
    }

    /// What a reply of this kind asks for.
    public enum Kind {
        /// This message or recipient will never be taken.
        PERMANENT,
        /// The same message may be taken later.
        TRANSIENT,
        /// The mailbox has sent too much; it rests for a while.
        THROTTLED,
        /// The mailbox may not send as this author. If the author is the mailbox itself, nothing leaves until the
        /// admin acts; else it is this author's trouble alone.
        AUTHOR,
        /// Nothing leaves through the mailbox until the admin acts.
        MAILBOX
    }

    /// @return the advice for this mailbox
    public String adviceFor(EmailAddress mailbox) {
        return advice.replace("{mailbox}", mailbox.toString());
    }
}
