package org.o365relay.accept;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/// Where clients connect.
public sealed interface Endpoint {

    /// @param address a local address; the wildcard address means all
    /// @param port 1 to 65535; 0 lets the system choose (tests)
    record Tcp(InetAddress address, int port) implements Endpoint {

        /// @return as the JDK knows it
        public InetSocketAddress socketAddress() {
            return new InetSocketAddress(address, port);
        }

        @Override
        public String toString() {
            String host = address.getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /// A socket in the file system; who may connect is the file's permissions' to say.
    record UnixSocket(Path path, Set<PosixFilePermission> permissions) implements Endpoint {
        public UnixSocket {
            permissions = Set.copyOf(permissions);
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /// A socket that has a name and no file; every user of this machine may connect. Linux only.
    ///
    /// @param name without the leading `@`
    record AbstractSocket(String name) implements Endpoint {
        @Override
        public String toString() {
            return "@" + name;
        }
    }

    /// A socket that the service manager has opened (`LISTEN_FDS`, sd_listen_fds(3)).
    ///
    /// @param name its `FileDescriptorName`
    record SystemdSocket(String name) implements Endpoint {
        @Override
        public String toString() {
            return "the systemd socket " + name;
        }
    }
}
