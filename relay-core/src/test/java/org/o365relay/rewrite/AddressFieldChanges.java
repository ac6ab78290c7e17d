package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.o365relay.Invariant.hold;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.o365relay.mail.EncodedWords;
import org.o365relay.rewrite.PlainMessage.Field;

/// Checks the address fields of a rewritten message with the parser of Angus Mail: each is valid, its names can
/// be displayed, and it has the addresses that the original field has.
final class AddressFieldChanges {

    static final Set<String> LISTS = Set.of("to", "cc", "reply-to", "resent-to", "resent-cc");

    private static final int MAX_PARSED = 16 * 1024; // Angus Mail takes quadratic time
    private static final Pattern UNPRINTABLE =
            Pattern.compile("[\\p{IsCc}\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069\\uFFFD]");

    // Angus Mail also accepts text after a quoted string, and trims control characters
    private static final Pattern ADDRESS = Pattern.compile("(\"([^\"\\\\]|\\\\.)*+\"|[!-~&&[^\"]]++)@[!-~&&[^@]]++");

    private AddressFieldChanges() {}

    static boolean isList(Field field) {
        return LISTS.contains(field.name().toLowerCase(Locale.ROOT));
    }

    static void checkValid(Field field) {
        if (field.text().length() > MAX_PARSED) {
            return;
        }
        hold(strict(field.value()).isPresent(), "not a strict list", field);
        for (InternetAddress address : strict(field.value()).orElseThrow()) {
            String name = Objects.requireNonNullElse(address.getPersonal(), "");
            hold(!UNPRINTABLE.matcher(decoded(name)).find(), "a name that cannot be displayed", field);
            hold(!decoded(name).contains("=?"), "a name that is not decoded", field);
        }
    }

    /// @param before the original field
    /// @param after the field in the rewritten message
    static void checkSameAddresses(Field before, Field after) {
        if (Math.max(before.text().length(), after.text().length()) > MAX_PARSED) {
            return;
        }
        String original = before.value().replace("\0", "");
        List<String> written = addresses(after.value());
        if (strict(original).isPresent() && isAscii(original)) {
            List<String> read = addresses(original);
            hold(written.containsAll(read), "an address is missing: " + before, after);
        }
        String text = (utf8(original) + EncodedWords.decode(utf8(original)))
                .replaceAll("[\\s\"\\\\]", "")
                .replaceAll("[^\\x00-\\x7f]", "x");
        for (String address : written) {
            hold(
                    text.toLowerCase(Locale.ROOT).contains(address.substring(0, address.lastIndexOf('@'))),
                    "an address that was not there: " + before,
                    after);
        }
    }

    /// The addresses as Angus Mail reads them, in lower case and without quotes.
    private static List<String> addresses(String value) {
        return Arrays.stream(strict(value).orElseThrow())
                .flatMap(AddressFieldChanges::members)
                .map(InternetAddress::getAddress)
                .filter(address -> ADDRESS.matcher(address).matches())
                .map(address -> address.replaceAll("[\\s\"\\\\]", "").toLowerCase(Locale.ROOT))
                .toList();
    }

    private static Stream<InternetAddress> members(InternetAddress address) {
        try {
            InternetAddress[] group = address.getGroup(false);
            return group == null ? Stream.of(address) : Arrays.stream(group);
        } catch (AddressException malformed) {
            throw new AssertionError("a malformed group: " + address, malformed);
        }
    }

    /// The addresses, with a letter for each character that the parser, but not RFC 6532, rejects in a domain.
    private static Optional<InternetAddress[]> strict(String octets) {
        try {
            return Optional.of(InternetAddress.parse(utf8(octets).replaceAll("[^\\x00-\\x7f]|_(?=[^@]*$)", "x"), true));
        } catch (AddressException malformed) {
            return Optional.empty();
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    // RFC 6532 §3.2
    private static String utf8(String octets) {
        return new String(octets.getBytes(ISO_8859_1), UTF_8);
    }

    private static String decoded(String text) {
        try {
            return MimeUtility.decodeText(text);
        } catch (UnsupportedEncodingException unknownCharset) {
            return text;
        }
    }
}
