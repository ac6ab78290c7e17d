package org.o365relay.admit;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/// An IP network in CIDR notation. IPv4-mapped IPv6 addresses count as IPv4, both in the notation and in
/// addresses to match.
///
/// @param address the network's address, with all host bits zero
/// @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
public record Network(InetAddress address, int prefixLength) {

    private static final int MAPPED_PREFIX = 96; // ::ffff:0:0/96

    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    public Network {
        int bits = bits(address);
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " is not in 0.." + bits);
        }
    }

    /// Parses a network such as `192.168.10.0/24`, or a single address such as `::1`. Host bits may be set and
    /// are cleared. Host names are never looked up.
    ///
    /// @return the network; empty if the text is not a network
    public static Optional<Network> parse(String text) {
        String[] parts = text.strip().split("/", -1);
        return parts.length > 2
                ? Optional.empty()
                : literal(parts[0])
                        .flatMap(address -> parts.length == 1
                                ? Optional.of(new Network(address, bits(address)))
                                : withPrefix(address, parts[1], isMapped(parts[0], address) ? MAPPED_PREFIX : 0));
    }

    /// @return the network from which one host may choose its addresses: the /64 of an IPv6 address, or an
    ///     IPv4 address alone
    public static Network ofHost(InetAddress address) {
        int prefixLength = address instanceof Inet4Address ? 32 : 64;
        return new Network(address(masked(address.getAddress(), prefixLength)), prefixLength);
    }

    /// @return whether the address is in this network
    public boolean contains(InetAddress candidate) {
        byte[] networkOctets = address.getAddress();
        byte[] candidateOctets = candidate.getAddress();
        return networkOctets.length == candidateOctets.length
                && Arrays.equals(networkOctets, masked(candidateOctets, prefixLength));
    }

    /// @return whether all addresses of the other network are in this one
    public boolean contains(Network other) {
        return prefixLength <= other.prefixLength && contains(other.address);
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixLength;
    }

    private static Optional<InetAddress> literal(String text) {
        boolean fourNumbers = text.split("\\.", -1).length == 4;
        if (!LITERAL.matcher(text).matches() || (!text.contains(":") && !fourNumbers)) {
            return Optional.empty(); // the JDK accepts "10.1", which is probably a typo
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    /// @param mappedBits number of prefix bits before the IPv4 address: 96 in IPv4-mapped notation, otherwise 0
    private static Optional<Network> withPrefix(InetAddress address, String prefix, int mappedBits) {
        int length = prefix.matches("\\d{1,3}") ? Integer.parseInt(prefix) - mappedBits : -1;
        return length < 0 || length > bits(address)
                ? Optional.empty()
                : Optional.of(new Network(address(masked(address.getAddress(), length)), length));
    }

    /// @return whether an IPv4 address was written in IPv6 notation
    private static boolean isMapped(String text, InetAddress address) {
        return text.contains(":") && address instanceof Inet4Address;
    }

    private static int bits(InetAddress address) {
        return address.getAddress().length * 8;
    }

    private static byte[] masked(byte[] octets, int prefixLength) {
        byte[] result = octets.clone();
        for (int i = 0; i < result.length; i++) {
            int kept = Math.clamp(prefixLength - i * 8L, 0, 8);
            result[i] &= (byte) (0xff << (8 - kept));
        }
        return result;
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(impossible); // thrown only for a wrong number of octets
        }
    }
}
