package org.o365relay.config.values;

import java.net.URI;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.o365relay.admit.Network;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.ValueParser;

/// Parsers for the values of an app registration in Microsoft Entra, and for dates and URLs.
public final class Entra {

    private static final Pattern GUID = Pattern.compile("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final int MAX_PORT = 65_535;
    private static final List<String> MULTI_TENANT = List.of("common", "organizations", "consumers");

    /// Parses a tenant: its ID, or one of its domains.
    public static final ValueParser<String> TENANT = TextValues.ANY.then(Entra::tenant);

    /// Parses an application (client) ID.
    public static final ValueParser<String> CLIENT_ID = TextValues.ANY.then(text -> isGuid(text)
            ? new Parsed.Ok<>(text)
            : new Parsed.Invalid<>(TextValues.quoted(text)
                    + " is not an application (client) ID (00000000-0000-0000-0000-000000000000); copy it from"
                    + " Microsoft Entra admin center > App registrations > (the app) > Overview"));

    /// Parses a date, such as `2027-05-01`.
    public static final ValueParser<LocalDate> DATE = TextValues.ANY.then(Entra::date);

    /// Parses a URL that consists of a scheme, a host and optionally a port, such as
    /// `https://graph.microsoft.com`. A trailing slash is removed. The scheme must be `https`, or `http`
    /// if the host is this machine.
    public static final ValueParser<URI> ORIGIN = TextValues.ANY.then(Entra::origin);

    private Entra() {}

    public static boolean isGuid(String text) {
        return GUID.matcher(text).matches();
    }

    /// @return whether the text is the all-zero placeholder from the examples
    public static boolean isPlaceholder(String text) {
        return text.matches("[0-]+");
    }

    /// @return whether the host is `localhost` or a loopback address, so that traffic stays on this machine
    public static boolean isLoopbackHost(String host) {
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return bare.equalsIgnoreCase("localhost")
                || Network.parse(bare)
                        .filter(literal -> literal.address().isLoopbackAddress())
                        .isPresent();
    }

    private static Parsed<String> tenant(String text) {
        if (MULTI_TENANT.contains(text.toLowerCase(Locale.ROOT))) {
            return new Parsed.Invalid<>(TextValues.quoted(text)
                    + " stands for any tenant; use the ID of your tenant, or a domain such as contoso.onmicrosoft.com");
        }
        return isGuid(text) || (text.contains(".") && Addresses.isHostname(text))
                ? new Parsed.Ok<>(text)
                : new Parsed.Invalid<>(TextValues.quoted(text)
                        + " is not a tenant; use its ID (00000000-0000-0000-0000-000000000000), or a domain"
                        + " such as contoso.onmicrosoft.com");
    }

    private static Parsed<LocalDate> date(String text) {
        try {
            return new Parsed.Ok<>(LocalDate.parse(text));
        } catch (DateTimeParseException notADate) {
            return new Parsed.Invalid<>(
                    TextValues.quoted(text) + " is not a date; use year-month-day, for example 2027-05-01");
        }
    }

    private static Parsed<URI> origin(String text) {
        URI uri;
        try {
            uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        } catch (IllegalArgumentException notAUrl) {
            return new Parsed.Invalid<>(
                    TextValues.quoted(text) + " is not a URL; use for example https://host.example");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        boolean hostOnly = uri.getHost() != null && uri.getPath().isEmpty() && uri.getUserInfo() == null;
        if (!hostOnly
                || uri.getQuery() != null
                || uri.getFragment() != null
                || uri.getPort() == 0
                || uri.getPort() > MAX_PORT) {
            return new Parsed.Invalid<>(TextValues.quoted(text)
                    + " must be https:// and a host only; use for example https://host.example");
        }
        return scheme.equals("https") || (scheme.equals("http") && isLoopbackHost(uri.getHost()))
                ? new Parsed.Ok<>(uri)
                : new Parsed.Invalid<>(TextValues.quoted(text) + " would send secrets unencrypted; use https://");
    }
}
