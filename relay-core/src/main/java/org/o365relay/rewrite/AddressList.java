package org.o365relay.rewrite;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.EncodedWords;
import org.o365relay.mail.RawText;
import org.o365relay.rewrite.AddressListSplitter.Member;
import org.o365relay.rewrite.AddressListSplitter.SplitList;

/// Parses the mailboxes in an address field such as `From` or `To` (RFC 5322 §3.4). Groups are expanded;
/// encoded words and raw 8-bit text are decoded. Malformed lists are tolerated.
final class AddressList {

    // Strict parsing takes quadratic time.
    private static final int MAX_STRICT = 1024;
    private static final int MAX_GROUPS = 8 * 1024;

    private static final Pattern MISPLACED_DOT = Pattern.compile("^\\.|\\.\\.|\\.@");

    // An @ in the name, outside quotes: Exchange refuses it.
    private static final Pattern UNQUOTED_AT = Pattern.compile("(?:[^\"<@]|\"(?:[^\"\\\\]|\\\\.)*+\")*+@[^<]*+<");

    private AddressList() {}

    static List<HeaderMailbox> parse(RawField field) {
        return split(field).members().stream()
                .flatMap(member -> member.mailboxes().stream())
                .toList();
    }

    /// Splits the field. Some devices encode the address together with the name; then the decoded text is
    /// split.
    static SplitList split(RawField field) {
        String value = field.value();
        SplitList list = AddressListSplitter.split(value);
        boolean hasAddress = list.members().stream()
                .flatMap(member -> member.mailboxes().stream())
                .anyMatch(HeaderMailbox::isQualified);
        String decoded = hasAddress || !value.contains("=?")
                ? value
                : EncodedWords.decode(RawText.of(value.getBytes(StandardCharsets.ISO_8859_1)));
        return decoded.equals(value) || decoded.indexOf('@') < 0
                ? list
                : new SplitList(AddressListSplitter.split(octets(decoded)).members(), false);
    }

    /// @return whether the field needs no repair: its members are separated by commas and unambiguous, or it is
    ///     a valid list with groups
    static boolean isUnambiguous(RawField field) {
        SplitList list = split(field);
        return list.members().stream().allMatch(AddressList::isUnambiguous)
                && (list.plain() ? !list.members().isEmpty() : isValidGroupList(field.value()));
    }

    /// @return whether the field contains exactly this mailbox, unambiguously and with no `@` but that of the
    ///     address
    static boolean isOnly(RawField field, HeaderMailbox mailbox) {
        return parse(field).equals(List.of(mailbox))
                && isUnambiguous(field)
                && EncodedWords.decode(field.value())
                                .chars()
                                .filter(c -> c == '@')
                                .count()
                        == 1;
    }

    private static boolean isValidGroupList(String value) {
        try {
            return value.length() <= MAX_GROUPS
                    && value.chars().allMatch(c -> c < 0x7f)
                    && Arrays.stream(InternetAddress.parse(value, true)).anyMatch(InternetAddress::isGroup);
        } catch (AddressException notStrict) {
            return false;
        }
    }

    /// @return whether the member is a single mailbox that every program reads as the relay does: at most 1,024
    ///     printable ASCII characters, strictly valid (RFC 5322 §3.4), and with a name that can be decoded and
    ///     consists of printable characters. A strictly valid address that [EmailAddress] refuses counts, and
    ///     so does an internationalized address without a name (RFC 6532 §3.2)
    static boolean isUnambiguous(Member member) {
        return SimpleMailbox.parse(member.text()) != null || isStrictlyUnambiguous(member);
    }

    static boolean isStrictlyUnambiguous(Member member) {
        HeaderMailbox mailbox = member.mailboxes().getFirst();
        String text = member.text();
        return member.mailboxes().size() == 1 && (isInternationalized(mailbox, text) || isPlain(mailbox, text));
    }

    private static boolean isPlain(HeaderMailbox mailbox, String text) {
        return text.length() <= MAX_STRICT
                && text.chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\t')
                && !UNQUOTED_AT.matcher(text).lookingAt()
                && DisplayName.isPrintable(mailbox.name())
                && (mailbox.addrSpec() == null ? isStrictlyQualified(text) : isStrictly(mailbox, text));
    }

    private static boolean isInternationalized(HeaderMailbox mailbox, String text) {
        return mailbox.name().isEmpty()
                && mailbox.isQualified()
                && text.chars().anyMatch(c -> c > 0x7f)
                && !MISPLACED_DOT.matcher(text).find()
                && octets(mailbox.address().orElseThrow().toString()).equals(text.strip());
    }

    private static boolean isStrictlyQualified(String text) {
        try {
            InternetAddress[] parsed = InternetAddress.parse(text, true);
            return parsed.length == 1
                    && !parsed[0].isGroup()
                    && parsed[0].getAddress().indexOf('@') > 0
                    && DisplayName.isPrintable(name(parsed[0]));
        } catch (AddressException notStrict) {
            return false;
        }
    }

    /// Replaces the underscores in the domain, which some networks use but the parser does not accept.
    private static boolean isStrictly(HeaderMailbox mailbox, String text) {
        EmailAddress address = mailbox.address().orElseThrow();
        String domain = address.domain().replace('_', '-');
        try {
            InternetAddress[] parsed = InternetAddress.parse(text.replace(address.domain(), domain), true);
            return parsed.length == 1
                    && parsed[0].getAddress().equals(new EmailAddress(address.localPart(), domain).toString())
                    && name(parsed[0]).equals(mailbox.name());
        } catch (AddressException notStrict) {
            return false;
        }
    }

    private static String name(InternetAddress address) {
        return Objects.requireNonNullElse(address.getPersonal(), "")
                .replaceAll("\\s+", " ")
                .strip();
    }

    private static String octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
