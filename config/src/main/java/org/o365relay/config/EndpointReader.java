package org.o365relay.config;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.Addresses;
import org.o365relay.config.values.Quantities;
import org.o365relay.config.values.TextValues;

/// Reads the endpoint of a listener: address and port, a Unix socket, or a socket from systemd.
public record EndpointReader(Section listener) {

    private static final String SOCKET = "socket";
    private static final String MODE = "socket-mode";
    private static final String SYSTEMD = "systemd-socket";

    // sun_path has 108 octets, one of which is the NUL that ends a path or begins an abstract name (unix(7)).
    private static final int MAX_SOCKET_NAME = 107;
    private static final int MAX_DESCRIPTOR_NAME = 255; // systemd.socket(5), FileDescriptorName=

    // Indexed by bit number in the octal mode; bit 0 is the least significant.
    private static final List<PosixFilePermission> BITS = List.of(
            PosixFilePermission.OTHERS_EXECUTE,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.OWNER_EXECUTE,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_READ);

    /// Parses permissions in the octal notation of chmod(1), such as `0660`.
    private static final ValueParser<Set<PosixFilePermission>> PERMISSIONS =
            TextValues.ANY.then(EndpointReader::permissions);

    private static final ValueParser<String> SOCKET_NAME = TextValues.ANY.then(EndpointReader::socket);
    private static final ValueParser<String> DESCRIPTOR_NAME = TextValues.ANY.then(EndpointReader::descriptor);

    /// @return the endpoint; empty if it is invalid
    Optional<Endpoint> read() {
        Optional<InetAddress> address = listener.valueIfValid("address", Addresses.LOCAL);
        Optional<Integer> port = listener.valueIfValid("port", Quantities.port(0));
        Optional<String> socket = listener.optional(SOCKET, SOCKET_NAME);
        Set<PosixFilePermission> permissions = listener.value(MODE, PERMISSIONS);
        Optional<String> descriptor = listener.optional(SYSTEMD, DESCRIPTOR_NAME);
        if (reportAmbiguity()) {
            return Optional.empty();
        }
        if (isSet(SYSTEMD)) {
            return descriptor.map(Endpoint.SystemdSocket::new);
        }
        reportUnusedMode(socket);
        return isSet(SOCKET)
                ? socket.map(name -> unix(name, permissions))
                : address.flatMap(ip -> port.map(number -> new Endpoint.Tcp(ip, number)));
    }

    /// @return the key that defines the endpoint
    String key() {
        if (isSet(SYSTEMD)) {
            return SYSTEMD;
        }
        return isSet(SOCKET) ? SOCKET : "port";
    }

    /// @return whether the keys define more than one endpoint
    private boolean reportAmbiguity() {
        List<String> written = List.of(SYSTEMD, SOCKET, "address", "port").stream()
                .filter(this::isSet)
                .toList();
        boolean several = written.size() > 1 && !written.equals(List.of("address", "port"));
        if (several) {
            listener.reportProblem(
                    written.get(1),
                    "%s is set as well; a listener is an address and port, a socket or a systemd-socket: keep one"
                            .formatted(written.getFirst()));
        }
        return several;
    }

    private void reportUnusedMode(Optional<String> socket) {
        if (isSet(MODE) && socket.filter(name -> name.startsWith("@")).isPresent()) {
            listener.reportWarning(MODE, "is not used: all users of this machine may connect to an abstract socket");
        }
    }

    private boolean isSet(String key) {
        return listener.configured(key).isPresent();
    }

    private static Endpoint unix(String name, Set<PosixFilePermission> permissions) {
        return name.startsWith("@")
                ? new Endpoint.AbstractSocket(name.substring(1))
                : new Endpoint.UnixSocket(Path.of(name), permissions);
    }

    private static Parsed<String> socket(String text) {
        boolean isAbstract = text.startsWith("@");
        int octets = text.getBytes(StandardCharsets.UTF_8).length - (isAbstract ? 1 : 0);
        if (!isAbstract && !text.startsWith("/")) {
            return new Parsed.Invalid<>(
                    TextValues.quoted(text)
                            + " is not a socket; use a path that starts with /, or @ and a name for an abstract socket (Linux)");
        }
        if (octets == 0 || text.endsWith("/") || text.chars().anyMatch(Character::isISOControl)) {
            return new Parsed.Invalid<>(
                    TextValues.quoted(text) + " is not a socket; use for example /run/o365-relay/smtp.sock");
        }
        return octets > MAX_SOCKET_NAME
                ? new Parsed.Invalid<>("%s is too long for a socket: %d octets; use %d at most"
                        .formatted(TextValues.quoted(text), octets, MAX_SOCKET_NAME))
                : new Parsed.Ok<>(text);
    }

    private static Parsed<Set<PosixFilePermission>> permissions(String text) {
        if (!text.matches("0?[0-7]{3}")) {
            return new Parsed.Invalid<>(
                    TextValues.quoted(text) + " is not a mode; use for example \"0660\", as for chmod");
        }
        int mode = Integer.parseInt(text, 8);
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < BITS.size(); bit++) {
            if ((mode >> bit & 1) == 1) {
                permissions.add(BITS.get(bit));
            }
        }
        // unix(7): a client needs write permission to connect
        return (mode & 0222) == 0
                ? new Parsed.Invalid<>("no user could connect with mode %s; use for example \"0660\"".formatted(text))
                : new Parsed.Ok<>(permissions);
    }

    /// @return the permissions in the octal notation of chmod(1), for example `0660`
    public static String formatMode(Set<PosixFilePermission> permissions) {
        int mode = permissions.stream()
                .mapToInt(permission -> 1 << BITS.indexOf(permission))
                .sum();
        return "0%03o".formatted(mode);
    }

    private static Parsed<String> descriptor(String text) {
        boolean valid =
                text.length() <= MAX_DESCRIPTOR_NAME && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ':');
        return valid
                ? new Parsed.Ok<>(text)
                : new Parsed.Invalid<>(TextValues.quoted(text)
                        + " is not a FileDescriptorName; use up to 255 ASCII characters without spaces or colons");
    }
}
