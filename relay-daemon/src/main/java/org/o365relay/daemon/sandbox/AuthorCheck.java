package org.o365relay.daemon.sandbox;

import jakarta.mail.internet.InternetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether this mailbox may send a message with this header. Office 365 looks at `From` at the end of the
/// content, not at MAIL.
final class AuthorCheck {

    private final ExchangeReplies replies;

    AuthorCheck(ExchangeReplies replies) {
        this.replies = replies;
    }

    /// @return the refusal; empty if the message has an author as it should
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

    /// @return the refusal; empty if the mailbox may send as each author
    Optional<String> checkSendAs(Header header, SandboxMailbox account) {
        return deniedAuthor(header, account).map(foreign -> replies.sendAsDenied(account.address(), foreign));
    }

    /// @return an author the mailbox may not send as
    static Optional<String> deniedAuthor(Header header, SandboxMailbox account) {
        return header.authors().stream()
                .flatMap(author -> deniedAddress(author, account).stream())
                .findFirst();
    }

    /// An address in a display name counts too: devices that write `"scanner@plant" <relay@…>` are refused.
    private static Optional<String> deniedAddress(InternetAddress author, SandboxMailbox account) {
        String name = author.getPersonal() == null ? "" : author.getPersonal();
        if (!account.maySendAs(author.getAddress())) {
            return Optional.of(author.getAddress());
        }
        return name.contains("@") && !account.maySendAs(name.strip()) ? Optional.of(name) : Optional.empty();
    }
}
