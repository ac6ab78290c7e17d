package org.o365relay.sandbox.smtp;

import jakarta.mail.internet.InternetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.message.Header;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.tenant.SendAs;

/// Checks the authors of a message: whether `From` is valid, and whether the mailbox may send as these authors.
/// As in Exchange Online, `From` is checked after the content has been received; the envelope sender is not
/// checked at MAIL.
final class AuthorCheck {

    private final ExchangeReplies replies;

    AuthorCheck(ExchangeReplies replies) {
        this.replies = replies;
    }

    /// @return the refusal; empty if the message has a valid `From` and, with several authors, a `Sender`
    Optional<String> checkFrom(@Nullable Header header) {
        List<InternetAddress> authors = header == null ? List.of() : header.authors();
        if (header == null || authors.isEmpty()) {
            return Optional.of(replies.error(
                    "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant and include a valid"
                            + " From address"));
        }
        // RFC 5322 §3.6.2
        return authors.size() > 1 && !header.has("Sender")
                ? Optional.of(
                        replies.error("550 5.1.20 Multiple From addresses are not allowed without Sender address"))
                : Optional.empty();
    }

    /// @return the refusal; empty if the mailbox may send as every author
    Optional<String> checkSendAs(Header header, SandboxMailbox mailbox) {
        return SendAs.deniedAuthor(header, mailbox).map(author -> replies.sendAsDenied(mailbox.address(), author));
    }
}
