package org.o365relay.accept.socket;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The file of a Unix socket. Checks an existing file before it is replaced, because Netty replaces it
/// without a check.
final class UnixSocketFile {

    // inode(7)
    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private final Path path;
    private final Object identity;

    private UnixSocketFile(Path path, Object identity) {
        this.path = path;
        this.identity = identity;
    }

    /// Removes a socket file left behind by a process that is no longer running.
    ///
    /// @throws ListenException if the file cannot be removed or is not a socket, or another process listens
    ///     on it
    static void removeStale(Endpoint.UnixSocket endpoint) throws ListenException {
        Path path = endpoint.path();
        try {
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            if (!isSocket(path)) {
                throw new ListenException(
                        endpoint, "a file of this name exists and is not a socket; remove it or set another path");
            }
            if (isListening(path)) {
                throw new ListenException(
                        endpoint,
                        "another program listens on it (find it with: ss -lxp src " + path
                                + "); stop it or set another path in relay.listeners");
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new ListenException(endpoint, e);
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & TYPE) == SOCKET;
    }

    private static boolean isListening(Path path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false); // a full backlog would block
            channel.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException refused) {
            return false;
        } catch (IOException busy) {
            return true;
        }
    }

    /// Sets the permissions of a socket that is bound but does not listen yet, so that no client can connect
    /// before they are set.
    static UnixSocketFile restricted(Path path, Set<PosixFilePermission> permissions) throws IOException {
        Files.setPosixFilePermissions(path, permissions);
        Object identity = identity(path);
        if (identity == null) {
            throw new IOException("the file system provides no file ID for " + path);
        }
        return new UnixSocketFile(path, identity);
    }

    private static @Nullable Object identity(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /// Deletes the file unless it was replaced.
    void delete() throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && identity.equals(identity(path))) {
            Files.deleteIfExists(path);
        }
    }
}
