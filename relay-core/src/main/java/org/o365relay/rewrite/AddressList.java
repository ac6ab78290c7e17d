package org.o365relay.rewrite;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.RawText;

/// Parses the mailboxes in an address field such as `From` or `To` (RFC 5322 §3.4). Groups are expanded;
/// encoded words and raw 8-bit text are decoded. Malformed lists are tolerated: if parsing fails or yields no
/// complete address, the text is searched for addresses.
final class AddressList {

    // Limits the size of the fields generated from the list.
    private static final int MAX_MAILBOXES = 50;

    // Maximum total size of the fields that are parsed, because parsing and decoding take quadratic time. Text beyond
    // the limit is searched for addresses only if the text before it contains no complete address.
    private static final int MAX_PARSED = 8 * 1024;
    private static final int MAX_NAME = 1024;

    private static final Pattern ADDRESS = Pattern.compile("[^\\s<>()\\[\\]\"',;:@]{1,64}+@[\\p{Alnum}._-]{1,255}+");

    private AddressList() {}

    /// @return the mailboxes of each field. The fields share the limit on parsed text
    static List<List<HeaderMailbox>> parseEach(List<RawField> fields) {
        List<List<HeaderMailbox>> mailboxes = new ArrayList<>();
        int remaining = MAX_PARSED;
        for (RawField field : fields) {
            mailboxes.add(parse(field, remaining));
            remaining = Math.max(0, remaining - field.text().length());
        }
        return mailboxes;
    }

    /// @return the mailboxes of all fields in one list, truncated to 50
    static List<HeaderMailbox> flatten(List<List<HeaderMailbox>> mailboxes) {
        return mailboxes.stream().flatMap(List::stream).limit(MAX_MAILBOXES).toList();
    }

    static List<HeaderMailbox> parse(RawField field) {
        return parse(field, MAX_PARSED);
    }

    private static List<HeaderMailbox> parse(RawField field, int limit) {
        String text = RawText.of(field.value().getBytes(StandardCharsets.ISO_8859_1));
        List<HeaderMailbox> mailboxes = read(text, limit);
        // Some devices encode the address together with the name.
        boolean complete = hasQualified(mailboxes) || !text.contains("=?") || text.length() > limit;
        return complete ? mailboxes : read(EncodedText.decode(text), limit);
    }

    /// @param mailbox the address parsed from the field
    /// @return whether the field contains exactly this mailbox, in a form that Exchange accepts: at most 1,024
    ///     printable ASCII characters, valid (RFC 5322 §3.4), with only one `@` after decoding, and without an
    ///     encoded word that cannot be decoded
    static boolean isOnePlainMailbox(RawField field, EmailAddress mailbox) {
        String value = field.value();
        return value.length() <= MAX_NAME
                && value.chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\t')
                && hasOneAt(EncodedText.decode(value))
                && isExactly(mailbox, value);
    }

    /// @return whether the field is a valid address list (RFC 5322 §3.4); true if it is too long to be parsed
    static boolean isValid(RawField field) {
        String value = RawText.of(field.value().getBytes(StandardCharsets.ISO_8859_1));
        try {
            return value.length() > MAX_PARSED
                    || Arrays.stream(InternetAddress.parse(value, true)).allMatch(AddressList::isValid);
        } catch (AddressException notStrict) {
            return false;
        }
    }

    /// Checks the address itself, because the parser accepts invalid local parts such as `"Ann"ann@b.c`. The
    /// members of groups are not checked.
    private static boolean isValid(InternetAddress address) {
        return address.isGroup() || EmailAddress.parse(address.getAddress()).isPresent();
    }

    private static boolean hasOneAt(String decoded) {
        return decoded.chars().filter(c -> c == '@').count() == 1 && !decoded.contains("=?");
    }

    private static boolean isExactly(EmailAddress mailbox, String value) {
        try {
            InternetAddress[] addresses = InternetAddress.parse(value, true);
            return addresses.length == 1
                    && EmailAddress.parse(addresses[0].getAddress())
                            .filter(mailbox::equals)
                            .isPresent();
        } catch (AddressException notStrict) {
            return false;
        }
    }

    private static List<HeaderMailbox> read(String text, int limit) {
        String printable = text.replace("\0", "");
        List<HeaderMailbox> mailboxes = parsed(prefix(printable, limit));
        return hasQualified(mailboxes) || printable.indexOf('@') < 0 ? mailboxes : extracted(printable);
    }

    /// Truncates a text that exceeds the limit at a comma, so that normally no address is cut.
    private static String prefix(String text, int limit) {
        return text.length() <= limit ? text : text.substring(0, Math.max(0, text.lastIndexOf(',', limit)));
    }

    private static List<HeaderMailbox> parsed(String text) {
        try {
            return Arrays.stream(InternetAddress.parseHeader(text, false))
                    .limit(MAX_MAILBOXES)
                    .flatMap(AddressList::members)
                    .map(AddressList::headerMailbox)
                    .toList();
        } catch (AddressException unreadable) {
            return extracted(text);
        }
    }

    private static Stream<InternetAddress> members(InternetAddress address) {
        try {
            InternetAddress[] group = address.getGroup(false);
            return group == null ? Stream.of(address) : Arrays.stream(group);
        } catch (AddressException unreadable) {
            return Stream.empty();
        }
    }

    private static HeaderMailbox headerMailbox(InternetAddress address) {
        String text = Objects.requireNonNullElse(address.getAddress(), "");
        String name = Objects.requireNonNullElse(address.getPersonal(), "");
        return EmailAddress.parse(text)
                .map(parsed -> new HeaderMailbox(name, parsed))
                .orElseGet(() -> new HeaderMailbox(name.isEmpty() ? EncodedText.decode(text) : name, null));
    }

    /// Searches the text for addresses. The text before each address becomes its display name. If there is no
    /// address, the whole text becomes the name of a mailbox without an address.
    private static List<HeaderMailbox> extracted(String text) {
        List<HeaderMailbox> mailboxes = new ArrayList<>();
        Matcher address = ADDRESS.matcher(text);
        int from = 0;
        while (mailboxes.size() < MAX_MAILBOXES && address.find()) {
            String name = plain(text.substring(Math.max(from, address.start() - MAX_NAME), address.start()));
            EmailAddress.parse(address.group()).ifPresent(mailbox -> mailboxes.add(new HeaderMailbox(name, mailbox)));
            from = address.end();
        }
        String name = text.substring(0, Math.min(text.length(), MAX_NAME));
        return mailboxes.isEmpty() ? List.of(new HeaderMailbox(plain(name), null)) : List.copyOf(mailboxes);
    }

    private static String plain(String name) {
        return EncodedText.decode(name).replaceAll("[<>\",;:\\\\]", " ").strip();
    }

    private static boolean hasQualified(List<HeaderMailbox> mailboxes) {
        return mailboxes.stream().anyMatch(HeaderMailbox::isQualified);
    }
}
