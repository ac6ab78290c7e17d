package org.o365relay.rewrite;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Pattern;
import org.o365relay.mail.Arrival;

/// Derives the name of a device from its HELO name and address.
final class DeviceName {

    // RFC 1123 §2.1, plus the underscore, which some devices use
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_])?");
    private static final Pattern ADDRESS_LITERAL = Pattern.compile("\\[[A-Za-z0-9:.]{1,64}]");
    private static final int MAX_HELO = 64;

    private DeviceName() {}

    /// @return the HELO name if it is a host name other than `localhost` and `localhost.*`, otherwise the IP
    ///     address
    static String name(Arrival arrival) {
        String helo = arrival.helo();
        return isHostName(helo) && !isLocalhost(helo) ? helo : text(arrival.client());
    }

    /// @return the address as an address literal (RFC 5321 §4.1.3), such as `[10.0.0.7]` or
    ///     `[IPv6:2001:db8:0:0:0:0:0:1]`
    static String literal(InetAddress address) {
        return "[" + (address instanceof Inet6Address ? "IPv6:" : "") + text(address) + "]";
    }

    /// @return the HELO name if it is a host name or an address literal. Otherwise, the HELO name with
    ///     each run of characters that are not allowed in a host name replaced by a hyphen, without dots or
    ///     hyphens at either end, and truncated to 64 characters; the client's address literal if nothing
    ///     remains
    static String heloForTrace(Arrival arrival) {
        String helo = arrival.helo();
        if (isHostName(helo) || ADDRESS_LITERAL.matcher(helo).matches()) {
            return helo;
        }
        String kept = helo.replaceAll("[^A-Za-z0-9_.-]+", "-").replaceAll("^[.-]+|[.-]+$", "");
        return kept.isEmpty() ? literal(arrival.client()) : kept.substring(0, Math.min(kept.length(), MAX_HELO));
    }

    private static boolean isHostName(String helo) {
        return HOST_NAME.matcher(helo).matches()
                && !helo.contains("..")
                && helo.chars().anyMatch(Character::isLetter);
    }

    private static boolean isLocalhost(String helo) {
        String name = helo.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.startsWith("localhost.");
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }
}
