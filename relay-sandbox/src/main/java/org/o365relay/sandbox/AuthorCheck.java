package org.o365relay.sandbox;

import jakarta.mail.internet.InternetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Checks whether a mailbox may send a message with a given header. Like Exchange Online, it checks `From`
/// after the content, and not the envelope sender at MAIL.
final class AuthorCheck {

    private final ExchangeReplies replies;

    AuthorCheck(ExchangeReplies replies) {
        this.replies = replies;
    }

    /// @return the refusal; empty if the message has a valid `From`
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
        return deniedAuthor(header, mailbox).map(author -> replies.sendAsDenied(mailbox.address(), author));
    }

    /// @return the first author that the mailbox may not send as; empty if it may send as every author
    static Optional<String> deniedAuthor(Header header, SandboxMailbox mailbox) {
        return header.authors().stream()
                .flatMap(author -> deniedAddress(author, mailbox).stream())
                .findFirst();
    }

    /// An address in the display name is checked, too: `"scanner@plant" <relay@…>` is refused.
    private static Optional<String> deniedAddress(InternetAddress author, SandboxMailbox mailbox) {
        String name = author.getPersonal() == null ? "" : author.getPersonal();
        if (!mailbox.maySendAs(author.getAddress())) {
            return Optional.of(author.getAddress());
        }
        return name.contains("@") && !mailbox.maySendAs(name.strip()) ? Optional.of(name) : Optional.empty();
    }
}
