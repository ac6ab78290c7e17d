package org.o365relay.accept.socket;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/// An address on which the relay accepts connections.
public sealed interface Endpoint {

    /// @return whether both are the same address or file, whatever the permissions of the file
    default boolean hasSameAddress(Endpoint other) {
        return equals(other)
                || (this instanceof UnixSocket(Path path, var _)
                        && other instanceof UnixSocket(Path otherPath, var _)
                        && path.equals(otherPath));
    }

    /// @return whether the two cannot be open at the same time, because they have the same port, and the same
    ///     address or a wildcard address
    default boolean overlaps(Endpoint other) {
        return this instanceof Tcp(InetAddress address, int port)
                && other instanceof Tcp(InetAddress otherAddress, int otherPort)
                && port == otherPort
                && (address.equals(otherAddress) || address.isAnyLocalAddress() || otherAddress.isAnyLocalAddress());
    }

    /// @param address local address, or the wildcard address for all local addresses
    /// @param port 1 to 65535; 0 for an ephemeral port (tests)
    record Tcp(InetAddress address, int port) implements Endpoint {

        public InetSocketAddress socketAddress() {
            return new InetSocketAddress(address, port);
        }

        @Override
        public String toString() {
            String host = address.getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /// A Unix socket in the file system; its permissions decide which users may connect.
    record UnixSocket(Path path, Set<PosixFilePermission> permissions) implements Endpoint {
        public UnixSocket {
            permissions = Set.copyOf(permissions);
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /// A Unix socket in the abstract namespace of Linux; every user of this machine may connect.
    ///
    /// @param name name of the socket, without the leading `@`
    record AbstractSocket(String name) implements Endpoint {
        @Override
        public String toString() {
            return "@" + name;
        }
    }

    /// A socket inherited from systemd (`LISTEN_FDS`, sd_listen_fds(3)).
    ///
    /// @param name `FileDescriptorName` of the socket unit
    record SystemdSocket(String name) implements Endpoint {
        @Override
        public String toString() {
            return "systemd socket " + name;
        }
    }
}
