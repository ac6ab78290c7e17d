package org.o365relay.accept.tls;

import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a client offers in its ClientHello. Used to explain why a handshake fails, because the JDK reports only
/// that client and server have nothing in common.
///
/// @param version highest TLS version offered, such as 0x0303 for TLS 1.2
/// @param suites cipher suites offered
/// @param signatures signature schemes offered; null if the client sends no list
public record ClientHello(
        int version, Set<Integer> suites, @Nullable Set<Integer> signatures) {

    private static final int HANDSHAKE_RECORD = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int SUPPORTED_VERSIONS = 43; // RFC 8446 §4.2.1
    private static final int SIGNATURE_ALGORITHMS = 13; // RFC 5246 §7.4.1.4.1

    private static final int TLS_1_0 = 0x0301;
    private static final int TLS_1_2 = 0x0303;
    private static final int TLS_1_3 = 0x0304;

    // the JDK's cipher suites, by the key algorithm that the certificate must have
    private static final Set<Integer> RSA =
            Set.of(0xC02F, 0xC030, 0xCCA8, 0xC027, 0xC028, 0xC013, 0xC014, 0x9E, 0x9F, 0xCCAA, 0x67, 0x6B, 0x33, 0x39);
    private static final Set<Integer> ECDSA = Set.of(0xC02B, 0xC02C, 0xCCA9, 0xC023, 0xC024, 0xC009, 0xC00A);
    private static final Set<Integer> OLD_RSA =
            Set.of(0x2F, 0x35, 0x3C, 0x3D, 0x9C, 0x9D, 0x0A, 0x16, 0xC012); // RSA key exchange or 3DES
    private static final Set<Integer> OLD_ECDSA = Set.of(0xC008); // 3DES

    public ClientHello {
        suites = Set.copyOf(suites);
        signatures = signatures == null ? null : Set.copyOf(signatures);
    }

    /// @param octets octets from the client, beginning with the first TLS record; the reader index is not
    ///     changed
    /// @return the ClientHello; empty if the octets do not begin with a complete one in one record
    public static Optional<ClientHello> parse(ByteBuf octets) {
        ByteBuf in = octets.duplicate();
        try {
            if (in.readUnsignedByte() != HANDSHAKE_RECORD) {
                return Optional.empty();
            }
            in.skipBytes(2);
            ByteBuf fragment = in.readSlice(in.readUnsignedShort());
            return fragment.readUnsignedByte() == CLIENT_HELLO
                    ? Optional.of(read(fragment.readSlice(fragment.readUnsignedMedium())))
                    : Optional.empty();
        } catch (IndexOutOfBoundsException incomplete) {
            return Optional.empty();
        }
    }

    // RFC 5246 §7.4.1.2
    private static ClientHello read(ByteBuf hello) {
        int version = hello.readUnsignedShort();
        hello.skipBytes(32);
        hello.skipBytes(hello.readUnsignedByte());
        Set<Integer> suites = numbers(hello.readSlice(hello.readUnsignedShort()));
        hello.skipBytes(hello.readUnsignedByte());
        Set<Integer> signatures = null;
        ByteBuf extensions = hello.isReadable() ? hello.readSlice(hello.readUnsignedShort()) : hello;
        while (extensions.isReadable()) {
            int type = extensions.readUnsignedShort();
            ByteBuf content = extensions.readSlice(extensions.readUnsignedShort());
            if (type == SIGNATURE_ALGORITHMS) {
                signatures = numbers(content.readSlice(content.readUnsignedShort()));
            } else if (type == SUPPORTED_VERSIONS) {
                version = numbers(content.readSlice(content.readUnsignedByte())).stream()
                        .filter(offered -> offered <= TLS_1_3) // higher ones are drafts or GREASE
                        .max(Integer::compare)
                        .orElse(version);
            }
        }
        return new ClientHello(version, suites, signatures);
    }

    private static Set<Integer> numbers(ByteBuf list) {
        Set<Integer> numbers = new HashSet<>();
        while (list.isReadable()) {
            numbers.add(list.readUnsignedShort());
        }
        return numbers;
    }

    /// @param key key algorithm of the relay's certificate, such as `RSA` or `EC`
    /// @return what prevents a handshake without `old-tls`, such as `supports at most TLS 1.0`; empty if
    ///     nothing was found
    public Optional<String> reasonWithoutOldTls(String key) {
        if (version < TLS_1_2 && version >= TLS_1_0) {
            return Optional.of("supports at most TLS 1." + (version - TLS_1_0));
        }
        if (version == TLS_1_2 && !offers(key, true) && offers(key, false)) {
            return Optional.of("supports only ciphers with RSA key exchange or 3DES");
        }
        return version == TLS_1_2 && offersOnlySha1() && !offersOnlyRsaKeyExchange()
                ? Optional.of("accepts only signatures with SHA-1")
                : Optional.empty();
    }

    /// @param key key algorithm of the relay's certificate, such as `RSA` or `EC`
    /// @return what prevents a handshake even with `old-tls`; empty if nothing was found
    public Optional<String> reasonEvenWithOldTls(String key) {
        if (version < TLS_1_0) {
            return Optional.of("supports at most SSL 3.0, which the relay never allows");
        }
        if (version >= TLS_1_3 || offers(key, false)) {
            return Optional.empty();
        }
        String other = key.startsWith("RSA") ? "EC" : "RSA";
        return Optional.of(
                offers(other, false)
                        ? "needs a certificate with an " + other + " key; the key of the relay's certificate is " + key
                        : "supports only ciphers that the relay never allows, such as RC4 or DES");
    }

    private boolean offers(String key, boolean currentOnly) {
        boolean rsa = key.startsWith("RSA");
        Set<Integer> current = rsa ? RSA : ECDSA;
        Set<Integer> old = rsa ? OLD_RSA : OLD_ECDSA;
        return suites.stream().anyMatch(suite -> current.contains(suite) || (!currentOnly && old.contains(suite)));
    }

    /// A client that sends no list accepts only SHA-1 (RFC 5246 §7.4.1.4.1).
    private boolean offersOnlySha1() {
        return signatures == null || signatures.stream().allMatch(scheme -> scheme >> 8 <= 2);
    }

    private boolean offersOnlyRsaKeyExchange() {
        return suites.stream().noneMatch(suite -> RSA.contains(suite) || ECDSA.contains(suite));
    }
}
