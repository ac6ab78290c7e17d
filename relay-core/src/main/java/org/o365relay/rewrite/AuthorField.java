package org.o365relay.rewrite;

import java.util.List;
import java.util.Optional;
import org.o365relay.mail.EmailAddress;

/// Finds the author in a `From` field for routing, as the rewriter does: a message that is sent as its author
/// must leave by the route of that author.
public final class AuthorField {

    private AuthorField() {}

    /// @param value value of the field, folded or unfolded, one octet per character
    /// @return the first qualified address, otherwise the first address; empty if none can be parsed
    public static Optional<EmailAddress> address(String value) {
        RawField from = RawField.of("From", value.replace("\0", ""));
        List<EmailAddress> addresses = AddressList.parse(from).stream()
                .flatMap(author -> author.address().stream())
                .toList();
        return addresses.stream()
                .filter(EmailAddress::isQualified)
                .findFirst()
                .or(() -> addresses.stream().findFirst())
                .or(() -> EmailAddress.parse(from.value())); // a bare local part, such as root
    }
}
