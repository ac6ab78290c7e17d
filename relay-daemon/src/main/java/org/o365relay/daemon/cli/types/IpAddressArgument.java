package org.o365relay.daemon.cli.types;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/// IP addresses given on the command line.
public final class IpAddressArgument {

    // InetAddress also accepts 4711 and 10.1 as addresses; in a search, they are more likely part of a subject
    private static final Pattern FOUR_PARTS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern PATTERN = Pattern.compile("(?=.*\\*)(?=.*[.:])[0-9a-fA-F.:*]+");

    private IpAddressArgument() {}

    /// @return the address in the form the queue stores: `2001:db8:0:0:0:0:0:7` for `2001:db8::7`; empty if the
    ///     text is not an address
    public static Optional<String> parse(String text) {
        if (!text.contains(":") && !FOUR_PARTS.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text).getHostAddress());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// @return whether the text is a wildcard pattern: `192.168.10.*`
    public static boolean isPattern(String text) {
        return PATTERN.matcher(text).matches();
    }
}
