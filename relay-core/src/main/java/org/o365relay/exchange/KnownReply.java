package org.o365relay.exchange;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// A catalogue entry: a reply from Microsoft 365, its cause, and what to do about it.
///
/// @param section heading under which `docs/troubleshooting.md` lists the reply
/// @param name name of the entry, unique in the catalogue, such as `smtp-auth-off-for-tenant`
/// @param sources services that send the reply; at least one, the most important first
/// @param steps steps at which the entry applies; empty for all
/// @param cause the cause in plain language, without a full stop
/// @param authorAdvice what the author of the message, who is not an admin, can do; may contain the placeholder
///     `{mailbox}`; empty if only an admin can help
/// @param advice what the admin can do; may contain the placeholder `{mailbox}`; empty if the problem resolves
///     itself
/// @param probe interval between probes of the blocked mailbox or suspended upstream; null for the configured
///     interval
/// @param examples at least one matching reply
public record KnownReply(
        String section,
        String name,
        List<ReplySource> sources,
        Set<ReplyStep> steps,
        ReplyPattern pattern,
        Kind kind,
        String cause,
        String authorAdvice,
        String advice,
        @Nullable Duration probe,
        List<Reply> examples) {

    public KnownReply {
        sources = List.copyOf(sources);
        steps = Set.copyOf(steps);
        examples = List.copyOf(examples);
    }

    /// The effect of a reply.
    public enum Kind {
        /// This message or recipient will never be accepted.
        PERMANENT,
        /// The message may be accepted later.
        TRANSIENT,
        /// Too many concurrent connections.
        CONNECTIONS,
        /// Too many messages per minute: the relay temporarily sends fewer.
        RATE,
        /// The mailbox has sent too much mail and is temporarily blocked.
        THROTTLED,
        /// The mailbox has no permission to send as this author, or the server refuses the author's domain. If
        /// the message was sent as the mailbox, the mailbox is blocked until the admin acts, or only the
        /// upstream if the relay does not sign in to it. If it was sent as its author (send-as list), only mail
        /// from this author is affected.
        AUTHOR,
        /// This upstream is unusable until the admin acts; a fallback may work.
        UPSTREAM,
        /// The mailbox cannot send through any upstream until the admin acts.
        MAILBOX
    }

    boolean matches(ReplySource source, ReplyStep step, Reply reply) {
        return sources.contains(source) && (steps.isEmpty() || steps.contains(step)) && pattern.matches(reply);
    }

    /// @return the advice with the address of this mailbox
    public String adviceFor(EmailAddress mailbox) {
        return advice.replace("{mailbox}", mailbox.toString());
    }
}
