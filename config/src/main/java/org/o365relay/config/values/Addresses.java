package org.o365relay.config.values;

import java.net.InetAddress;
import org.o365relay.admit.Network;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.mail.Domain;
import org.o365relay.mail.EmailAddress;
import org.o365relay.rewrite.RewriteSettings.SendAs;

/// Parsers for email addresses, domains, local IP addresses and host names. They do not query DNS.
public final class Addresses {

    private static final int MAX_NAME = 253; // RFC 1035 §2.3.4: 255 octets on the wire, 253 characters as text
    private static final String LABELS = "[%1$s]([%1$s-]*[%1$s])?(\\.[%1$s]([%1$s-]*[%1$s])?)*";
    private static final String STRICT = LABELS.formatted("A-Za-z0-9");
    private static final String LENIENT = LABELS.formatted("A-Za-z0-9_");

    /// Parses an email address with a domain.
    public static final ValueParser<EmailAddress> MAIL = TextValues.ANY.then(Addresses::mail);

    /// Parses an entry of the send-as list: an address (`alias@contoso.example`) or a domain
    /// (`@contoso.example`).
    public static final ValueParser<SendAs> SEND_AS = TextValues.ANY.then(
            text -> text.startsWith("@") ? sendAsDomain(text) : mail(text).then(Addresses::sendAsAddress));

    public static final ValueParser<String> DOMAIN = TextValues.ANY.then(Addresses::domain);

    /// Parses an IP address to bind to. Does not check that this machine has the address.
    public static final ValueParser<InetAddress> LOCAL = TextValues.ANY.then(Addresses::local);

    /// Parses the relay's host name.
    public static final ValueParser<String> HOSTNAME = TextValues.ANY.then(text -> isHostname(text)
            ? new Parsed.Ok<>(text)
            : new Parsed.Invalid<>(
                    TextValues.quoted(text) + " is not a host name; use letters, digits, hyphens and dots"));

    /// Parses the host of a server: a host name or an IP address.
    public static final ValueParser<String> HOST = TextValues.ANY.then(Addresses::host);

    private Addresses() {}

    public static boolean isHostname(String text) {
        return text.length() <= MAX_NAME && text.matches(STRICT);
    }

    private static Parsed<EmailAddress> mail(String text) {
        return EmailAddress.parse(text)
                .filter(EmailAddress::isQualified)
                .<Parsed<EmailAddress>>map(Parsed.Ok::new)
                .orElseGet(() -> new Parsed.Invalid<>(
                        TextValues.quoted(text) + " is not an email address; use for example relay@contoso.example"));
    }

    private static Parsed<SendAs> sendAsAddress(EmailAddress address) {
        return new Parsed.Ok<>(new SendAs.Address(address));
    }

    private static Parsed<SendAs> sendAsDomain(String text) {
        return EmailAddress.parse("any" + text).isPresent()
                ? new Parsed.Ok<>(new SendAs.WholeDomain(new Domain(text.substring(1))))
                : new Parsed.Invalid<>(TextValues.quoted(text) + " is not a domain; use for example @contoso.example");
    }

    private static Parsed<String> domain(String text) {
        boolean valid = text.indexOf('@') < 0
                && !text.startsWith("[")
                && EmailAddress.parse("any@" + text).isPresent();
        return valid
                ? new Parsed.Ok<>(text)
                : new Parsed.Invalid<>(TextValues.quoted(text) + " is not a domain; use for example contoso.example");
    }

    private static Parsed<InetAddress> local(String text) {
        return Network.parse(text)
                .filter(network -> !text.contains("/"))
                .<Parsed<InetAddress>>map(network -> new Parsed.Ok<>(network.address()))
                .orElseGet(() ->
                        new Parsed.Invalid<>(TextValues.quoted(text) + " is not an IP address; " + alternative(text)));
    }

    private static String alternative(String text) {
        return switch (text) {
            case "localhost" -> "use \"127.0.0.1\"";
            case "*", "any", "all" -> "for all addresses use \"0.0.0.0\" (IPv4) or \"::\"";
            default ->
                text.startsWith("[") && text.endsWith("]")
                        ? "write it without brackets"
                        : "use for example \"127.0.0.1\", or \"0.0.0.0\" for all";
        };
    }

    private static Parsed<String> host(String text) {
        boolean literal = text.contains(":") || text.matches("[0-9.]+");
        boolean valid = literal
                ? Network.parse(text).isPresent() && !text.contains("/")
                : text.length() <= MAX_NAME && text.matches(LENIENT);
        return valid
                ? new Parsed.Ok<>(text)
                : new Parsed.Invalid<>(TextValues.quoted(text) + " is not a host" + advice(text));
    }

    private static String advice(String text) {
        return text.matches("[^:/]+:\\d+")
                ? "; the port has its own key: host = \"%s\", port = %s"
                        .formatted(text.substring(0, text.indexOf(':')), text.substring(text.indexOf(':') + 1))
                : " name or IP address; use for example smtp.contoso.example";
    }
}
