package org.o365relay.daemon.cli;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/// IP addresses as people write them.
final class IpAddressArgument {

    // what InetAddress takes besides, 4711 or 10.1, is a number to everybody else
    private static final Pattern FOUR_PARTS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern PATTERN = Pattern.compile("(?=.*\\*)(?=.*[.:])[0-9a-fA-F.:*]+");

    private IpAddressArgument() {}

    /// @return as the queue has it: `2001:db8::7` is `2001:db8:0:0:0:0:0:7` there; empty if it is no address
    static Optional<String> parse(String text) {
        if (!text.contains(":") && !FOUR_PARTS.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text).getHostAddress());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// @return whether it stands for several addresses: `192.168.10.*`
    static boolean isPattern(String text) {
        return PATTERN.matcher(text).matches();
    }
}
