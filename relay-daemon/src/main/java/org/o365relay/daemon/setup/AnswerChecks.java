package org.o365relay.daemon.setup;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.o365relay.admit.Network;
import org.o365relay.mail.EmailAddress;

/// Validates answers. Each check returns a description of the problem for the user, or an empty `Optional` if
/// the answer is valid.
final class AnswerChecks {

    private static final Pattern GUID = Pattern.compile("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?");
    private static final List<String> MULTI_TENANT_NAMES = List.of("common", "organizations", "consumers");

    private AnswerChecks() {}

    static Optional<String> address(String text) {
        boolean valid =
                EmailAddress.parse(text).filter(EmailAddress::isQualified).isPresent();
        return problemUnless(valid, "not an email address; example: relay@contoso.example");
    }

    /// Checks a list of email addresses and domains, such as `relay@contoso.example, @contoso.example`.
    static Optional<String> authors(String text) {
        return each(
                text,
                author -> author.startsWith("@")
                        ? problemUnless(
                                EmailAddress.parse("any" + author).isPresent(),
                                author + " is not a domain; example: @contoso.example")
                        : address(author).map(problem -> author + ": " + problem));
    }

    static Optional<String> networks(String text) {
        return each(
                text,
                network -> Network.parse(network)
                        .map(parsed -> parsed.prefixLength() > 0
                                ? hostWithPrefix(network, parsed)
                                : Optional.of(network + " contains all addresses; the relay would be an open relay"))
                        .orElseGet(() ->
                                Optional.of(network + " is not a network; examples: 192.168.10.0/24, 192.168.10.17")));
    }

    static Optional<String> addresses(String text) {
        return each(
                text,
                address -> Network.parse(address)
                        .map(parsed -> hostWithPrefix(address, parsed))
                        .orElseGet(() -> Optional.of(address + " is not an IP address; example: 203.0.113.10")));
    }

    /// Rejects an address of one host with the prefix length of its network: it is unclear which one is meant.
    private static Optional<String> hostWithPrefix(String text, Network network) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        boolean isNetwork =
                slash < 0 || Network.parse(address).map(Network::address).equals(Optional.of(network.address()));
        return problemUnless(
                isNetwork,
                "%s is the address of one host with the prefix of a network; enter %s for the host or %s for the network"
                        .formatted(text, address, network));
    }

    static Optional<String> directory(String text) {
        return text.startsWith("/") ? text(text) : Optional.of("not an absolute path; example: /var/lib/o365-relay");
    }

    static Optional<String> url(String text) {
        return problemUnless(
                text.matches("https?://[^\\s/]+\\S*"),
                "not a URL; copy the complete URL of the webhook, including https://");
    }

    static Optional<String> program(String text) {
        return text.startsWith("/")
                ? text(text)
                : Optional.of("not an absolute path; example: /usr/local/bin/relay-alert");
    }

    /// Checks a host name or IP address with a port, such as `mail.contoso.example:25`.
    static Optional<String> hostAndPort(String text) {
        int colon = text.lastIndexOf(':');
        return colon > 0 && host(withoutBrackets(text.substring(0, colon))).isEmpty()
                ? port(text.substring(colon + 1))
                : Optional.of("not a host and port; example: mail.contoso.example:25");
    }

    /// Checks an IP address with a port, such as `0.0.0.0:2525` or `[::]:25`.
    static Optional<String> listener(String text) {
        int colon = text.lastIndexOf(':');
        boolean valid = colon > 0
                && Network.parse(withoutBrackets(text.substring(0, colon))).isPresent()
                && text.indexOf('/') < 0;
        return valid
                ? port(text.substring(colon + 1))
                : Optional.of("not an IP address and port; example: 0.0.0.0:2525");
    }

    /// @return the address without the square brackets that enclose an IPv6 address
    static String withoutBrackets(String address) {
        return address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
    }

    static Optional<String> port(String text) {
        boolean valid = text.matches("\\d{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 65_535;
        return problemUnless(valid, "not a port number from 1 to 65535");
    }

    static Optional<String> host(String text) {
        boolean valid = (HOST.matcher(text).matches() && !text.contains(".."))
                || (text.contains(":") && Network.parse(text).isPresent());
        return problemUnless(valid, "not a host name or IP address; example: mail.contoso.example");
    }

    static Optional<String> tenant(String text) {
        if (MULTI_TENANT_NAMES.contains(text.toLowerCase(Locale.ROOT))) {
            return Optional.of(
                    "not a single tenant; use the ID or a domain of your tenant, for example contoso.onmicrosoft.com");
        }
        boolean valid = isGuid(text) || (text.contains(".") && host(text).isEmpty());
        return problemUnless(valid, "not a tenant; use its ID, or a domain such as contoso.onmicrosoft.com");
    }

    static Optional<String> clientId(String text) {
        return problemUnless(
                isGuid(text), "not an application (client) ID; format: 00000000-0000-0000-0000-000000000000");
    }

    static Optional<String> date(String text) {
        try {
            LocalDate.parse(text);
            return Optional.empty();
        } catch (DateTimeParseException notADate) {
            return Optional.of("not a date; format: YYYY-MM-DD, for example 2027-05-01");
        }
    }

    static Optional<String> oneOf(String text, Stream<String> choices) {
        List<String> all = choices.toList();
        return problemUnless(all.contains(text), "not one of " + String.join(", ", all));
    }

    /// @param directory resolves a relative file name
    static Optional<String> existingFile(String text, Path directory) {
        Optional<String> problem = text(text);
        if (problem.isPresent()) {
            return problem;
        }
        Path file = directory.resolve(text);
        return problemUnless(Files.isRegularFile(file), "no such file: " + file)
                .or(() -> problemUnless(Files.isReadable(file), "not readable for this user: " + file));
    }

    static Optional<String> text(String text) {
        return problemUnless(text.chars().noneMatch(Character::isISOControl), "contains a control character");
    }

    /// @return the distinct elements of a list whose elements are separated by commas or white space
    static List<String> list(String text) {
        return Arrays.stream(text.split("[,\\s]+"))
                .filter(part -> !part.isEmpty())
                .distinct()
                .toList();
    }

    private static boolean isGuid(String text) {
        return GUID.matcher(text).matches();
    }

    private static Optional<String> each(String text, Function<String, Optional<String>> check) {
        return list(text).stream().flatMap(part -> check.apply(part).stream()).findFirst();
    }

    private static Optional<String> problemUnless(boolean valid, String problem) {
        return valid ? Optional.empty() : Optional.of(problem);
    }
}
