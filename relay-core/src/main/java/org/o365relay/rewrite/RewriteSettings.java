package org.o365relay.rewrite;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Domain;
import org.o365relay.mail.EmailAddress;

/// How messages are rewritten for one mailbox.
///
/// @param mailbox the address that becomes the envelope sender and, unless `sendAs` applies, the author
///     (`From`)
/// @param displayName a template for the author's display name. It may contain placeholders: `{name}` is the
///     original display name, `{address}` is the original author's address with " at " instead of `@`,
///     `{local-part}` is the local part of that address, and `{device}` is the device's HELO name or IP
///     address. The template `{name}` keeps the original name; a template without placeholders sets the same
///     name for every message
/// @param sendAs the send-as list: an author that an entry covers is kept in `From` if there is no other author
/// @param replyToFallback `Reply-To` of messages with neither a usable `Reply-To` nor a reachable author or
///     envelope sender; null to add none
/// @param recordOriginal whether to add `X-Original-From` and `X-Original-Envelope-From`
/// @param suppressAutoResponses whether to add `X-Auto-Response-Suppress` ([MS-OXCMAIL] §2.1.3.2.20) to
///     messages without it
/// @param hostname host name of this relay in `Received`
public record RewriteSettings(
        EmailAddress mailbox,
        String displayName,
        List<SendAs> sendAs,
        @Nullable EmailAddress replyToFallback,
        boolean recordOriginal,
        boolean suppressAutoResponses,
        String hostname) {

    /// The template that keeps the original display name.
    public static final String KEEP_DISPLAY_NAME = "{name}";

    public RewriteSettings {
        sendAs = List.copyOf(sendAs);
    }

    /// @return whether this author is allowed in `From`, because it is the mailbox or is on the send-as list
    public boolean maySendAs(EmailAddress author) {
        return author.key().equals(mailbox.key()) || sendAs.stream().anyMatch(entry -> entry.covers(author));
    }

    /// An entry of the send-as list.
    public sealed interface SendAs {

        /// @return whether the entry covers this author
        boolean covers(EmailAddress author);

        /// A single address, compared by its key.
        record Address(EmailAddress address) implements SendAs {
            @Override
            public boolean covers(EmailAddress author) {
                return address.key().equals(author.key());
            }
        }

        /// Every address of a domain, but not of its subdomains.
        record WholeDomain(Domain domain) implements SendAs {
            @Override
            public boolean covers(EmailAddress author) {
                return domain.name().equals(author.key().domain());
            }
        }
    }
}
