package org.o365relay.accept;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// A minimal reader of PROXY protocol headers, to compare with. Assumes that the header is valid.
///
/// @param length length in octets
/// @param client null if the connection is the proxy's own, or the header does not name the client
record ReferenceProxyHeader(int length, @Nullable InetAddress client) {

    private static final byte[] VERSION_2 = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

    /// @return null if the stream does not begin with a complete header
    static @Nullable ReferenceProxyHeader in(byte[] stream) {
        return Arrays.equals(VERSION_2, Arrays.copyOf(stream, VERSION_2.length)) ? version2(stream) : version1(stream);
    }

    private static @Nullable ReferenceProxyHeader version1(byte[] stream) {
        String text = new String(stream, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n");
        if (end < 0 || !text.startsWith("PROXY ")) {
            return null;
        }
        String[] words = text.substring(0, end).split(" ", -1);
        boolean unknown = words[1].equals("UNKNOWN") || words.length < 3;
        return new ReferenceProxyHeader(end + 2, unknown ? null : literal(words[2]));
    }

    private static @Nullable ReferenceProxyHeader version2(byte[] stream) {
        int length = stream.length < 16 ? Integer.MAX_VALUE : 16 + (((stream[14] & 0xff) << 8) | (stream[15] & 0xff));
        if (length > stream.length) {
            return null;
        }
        boolean local = (stream[12] & 0xf) == 0;
        int size = local
                ? 0
                : switch ((stream[13] >> 4) & 0xf) {
                    case 1 -> 4;
                    case 2 -> 16;
                    default -> 0;
                };
        return new ReferenceProxyHeader(length, size == 0 ? null : address(Arrays.copyOfRange(stream, 16, 16 + size)));
    }

    private static @Nullable InetAddress literal(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException wrongLength) {
            throw new IllegalArgumentException(wrongLength);
        }
    }
}
