package org.o365relay.route;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.EncodedWords;
import org.o365relay.mail.RawText;

/// Parses the author address in a `From` field, tolerating errors that are common in mail from devices.
public final class AuthorField {

    /// Maximum number of characters that are parsed, because the parser takes quadratic time.
    private static final int MAX_LENGTH = 2 * 1024;

    private AuthorField() {}

    /// @param value value of the field, folded or unfolded, one octet per character
    /// @return the first qualified address, otherwise the first address; empty if none can be parsed
    public static Optional<EmailAddress> address(String value) {
        String beginning = value.length() <= MAX_LENGTH ? value : value.substring(0, MAX_LENGTH);
        String text = RawText.of(beginning.getBytes(StandardCharsets.ISO_8859_1))
                .replace('\r', ' ')
                .replace('\n', ' ')
                .replace("\0", "");
        Optional<EmailAddress> plain = first(text);
        // Some devices encode the address together with the display name.
        return plain.filter(EmailAddress::isQualified).isPresent() || !text.contains("=?")
                ? plain
                : first(EncodedWords.decode(text)).or(() -> plain);
    }

    private static Optional<EmailAddress> first(String text) {
        Optional<EmailAddress> first = Optional.empty();
        try {
            for (InternetAddress named : InternetAddress.parseHeader(text, false)) {
                Optional<EmailAddress> address =
                        Optional.ofNullable(named.getAddress()).flatMap(EmailAddress::parse);
                if (address.filter(EmailAddress::isQualified).isPresent()) {
                    return address;
                }
                first = first.or(() -> address);
            }
        } catch (AddressException unreadable) {
            return Optional.empty();
        }
        return first;
    }
}
