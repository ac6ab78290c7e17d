package org.o365relay.config;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.o365relay.config.values.Quantities;
import org.o365relay.mail.EmailAddress;
import org.o365relay.route.Target;

/// Builds routing targets from mailboxes.
final class TargetBuilder {

    private TargetBuilder() {}

    /// @return the target name of a mailbox
    static String name(EmailAddress mailbox) {
        return mailbox.key().toString();
    }

    static boolean isSame(EmailAddress one, EmailAddress other) {
        return name(one).equals(name(other));
    }

    static Target mailbox(ResolvedMailbox mailbox) {
        return of(name(mailbox.settings().address()), List.of(mailbox));
    }

    /// @param members mailboxes of the target, at least one; the target has the smallest limits of its members
    static Target of(String name, Collection<ResolvedMailbox> members) {
        return new Target(
                name,
                members.stream().map(mailbox -> mailbox.settings().address()).toList(),
                members.stream()
                        .map(ResolvedMailbox::messageSize)
                        .filter(Objects::nonNull)
                        .min(Long::compare)
                        .orElse(Quantities.GIB), // the maximum that can be configured for a client
                members.stream()
                        .map(ResolvedMailbox::recipientsPerMessage)
                        .filter(Objects::nonNull)
                        .min(Integer::compare)
                        .orElse(null));
    }
}
