package org.o365relay.sandbox.message;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeUtility;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The header of a message. Gives access to the fields that Exchange Online checks.
public final class Header {

    private final InternetHeaders fields;

    private Header(InternetHeaders fields) {
        this.fields = fields;
    }

    /// @return the header; empty if it cannot be parsed
    public static Optional<Header> read(InputStream content) {
        try {
            return Optional.of(new Header(new InternetHeaders(content, true)));
        } catch (MessagingException unreadable) {
            return Optional.empty();
        }
    }

    /// @return the addresses in all From fields; empty if there is no From field or one cannot be parsed
    public List<InternetAddress> authors() {
        List<InternetAddress> authors = new ArrayList<>();
        for (String field : values("From")) {
            try {
                authors.addAll(List.of(InternetAddress.parseHeader(field, true)));
            } catch (AddressException unreadable) {
                return List.of();
            }
        }
        return authors;
    }

    /// @return the addresses in To, Cc and Bcc without duplicates; empty if an address is invalid or a group
    public Optional<List<String>> recipients() {
        Set<String> recipients = new LinkedHashSet<>();
        for (String name : List.of("To", "Cc", "Bcc")) {
            for (String field : values(name)) {
                try {
                    for (InternetAddress address : InternetAddress.parse(field, true)) {
                        address.validate();
                        recipients.add(address.getAddress());
                        if (address.isGroup()) {
                            return Optional.empty();
                        }
                    }
                } catch (AddressException unreadable) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(List.copyOf(recipients));
    }

    public boolean has(String name) {
        return values(name).length > 0;
    }

    /// @return the first field of that name, unfolded and with encoded words decoded; null if there is none
    @Nullable
    String text(String name) {
        String[] values = values(name);
        return values.length == 0
                ? null
                : readable(MimeUtility.unfold(values[0]).strip());
    }

    private static String readable(String raw) {
        try {
            return MimeUtility.decodeText(raw);
        } catch (UnsupportedEncodingException unknownCharset) {
            return raw;
        }
    }

    private String[] values(String name) {
        String[] values = fields.getHeader(name);
        return values == null ? new String[0] : values;
    }
}
