package org.o365relay.sandbox.tenant;

import jakarta.mail.internet.InternetAddress;
import java.util.Optional;
import org.o365relay.sandbox.message.Header;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// Checks the authors of a message against the addresses that a mailbox may send as.
public final class SendAs {

    private SendAs() {}

    /// @return the first author that the mailbox may not send as; empty if it may send as every author
    public static Optional<String> deniedAuthor(Header header, SandboxMailbox mailbox) {
        return header.authors().stream()
                .flatMap(author -> deniedIdentity(author, mailbox).stream())
                .findFirst();
    }

    /// Returns the author's address if the mailbox may not send as it; otherwise, the display name if it
    /// contains `@` and is not an address that the mailbox may send as: `"scanner@plant" <relay@…>` is refused.
    private static Optional<String> deniedIdentity(InternetAddress author, SandboxMailbox mailbox) {
        String name = author.getPersonal() == null ? "" : author.getPersonal();
        if (!mailbox.maySendAs(author.getAddress())) {
            return Optional.of(author.getAddress());
        }
        return name.contains("@") && !mailbox.maySendAs(name.strip()) ? Optional.of(name) : Optional.empty();
    }
}
