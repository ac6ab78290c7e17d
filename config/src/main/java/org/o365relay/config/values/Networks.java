package org.o365relay.config.values;

import java.util.BitSet;
import org.o365relay.admit.Network;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.ValueParser;

/// Parses networks in CIDR notation and explains why a network is invalid.
public final class Networks {

    public static final ValueParser<Network> CIDR = TextValues.ANY.then(text -> Network.parse(text)
            .<Parsed<Network>>map(Parsed.Ok::new)
            .orElseGet(() ->
                    new Parsed.Invalid<>(TextValues.quoted(text) + " is not a network: " + mistake(text.strip()))));

    private static final String EXAMPLE = "use for example 192.168.10.0/24 or 192.168.10.17";

    private Networks() {}

    private static String mistake(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (address.contains(":")) {
            return Network.parse(address).isPresent()
                    ? prefixMistake(text.substring(slash + 1), 128)
                    : "the part before the prefix is not an IPv6 address; use for example fd00:10::/64";
        }
        if (!address.matches("[0-9.]+")) {
            return address.matches("[0-9.]+\\s*-.*")
                    ? "ranges are not supported; " + EXAMPLE
                    : "host names are not supported; " + EXAMPLE;
        }
        return Network.parse(address).isPresent()
                ? prefixMistake(text.substring(slash + 1), 32)
                : octetMistake(address.split("\\.", -1));
    }

    private static String octetMistake(String[] octets) {
        if (octets.length != 4) {
            return "it has %d octets instead of 4; %s".formatted(octets.length, EXAMPLE);
        }
        for (int i = 0; i < octets.length; i++) {
            if (!octets[i].matches("\\d{1,3}") || Integer.parseInt(octets[i]) > 255) {
                String what = octets[i].isEmpty() ? "missing" : octets[i];
                return "octet %d is %s; use 0 to 255".formatted(i + 1, what);
            }
        }
        return EXAMPLE;
    }

    private static String prefixMistake(String prefix, int longest) {
        if (prefix.matches("\\d+(\\.\\d+){3}")) {
            return maskMistake(prefix);
        }
        return prefix.matches("\\d+")
                ? "the prefix /%s is too long; use /%d at most".formatted(prefix, longest)
                : "the prefix \"/%s\" is not a number; use a number up to %d".formatted(prefix, longest);
    }

    private static String maskMistake(String mask) {
        String advice = "netmasks are not supported; use a prefix length, for example /24";
        return Network.parse(mask)
                .map(network -> BitSet.valueOf(network.address().getAddress()).cardinality())
                .map(length -> advice.replace("for example /24", "here /" + length))
                .orElse(advice);
    }
}
