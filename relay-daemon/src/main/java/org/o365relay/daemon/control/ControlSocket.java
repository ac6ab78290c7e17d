package org.o365relay.daemon.control;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.ControlSettings;

/// The control socket in the file system. It is created in a private directory and moved into place after its
/// permissions have been set, so that no unauthorized user can connect in the meantime.
final class ControlSocket {

    // inode(7)
    private static final int TYPE_MASK = 0170000;
    private static final int SOCKET_TYPE = 0140000;

    private static final int BACKLOG = 64;
    private static final String TEMPORARY_NAME = "s";

    private final ControlSettings settings;
    private final RandomGenerator random;
    private @Nullable Object identity;

    ControlSocket(ControlSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    /// Starts listening. Replaces the socket of a relay that is no longer running.
    ///
    /// @throws IOException if the socket cannot be created; the message is for the admin
    ServerSocketChannel listen() throws IOException {
        Path path = settings.socket();
        try {
            requireReplaceable(path);
            Path temporary = Files.createDirectory(
                    path.resolveSibling(".c%05x".formatted(random.nextInt(1 << 20))),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try {
                return listen(temporary.resolve(TEMPORARY_NAME));
            } finally {
                Files.deleteIfExists(temporary.resolve(TEMPORARY_NAME));
                Files.delete(temporary);
            }
        } catch (FileSystemException e) {
            throw new IOException(
                    "cannot create the control socket " + path + ": " + reason(e) + ". Make sure that its directory"
                            + " exists and belongs to the relay's user (" + System.getProperty("user.name")
                            + "), or set relay.control.socket",
                    e);
        }
    }

    private static String reason(FileSystemException e) {
        String what = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        return e.getFile() + ": " + what.toLowerCase(Locale.ROOT);
    }

    private ServerSocketChannel listen(Path created) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(created), BACKLOG);
            setPermissions(created);
            identity = identity(created);
            Files.move(created, settings.socket(), StandardCopyOption.ATOMIC_MOVE);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void setPermissions(Path created) throws IOException {
        String group = settings.group();
        if (group != null) {
            changeGroup(created, group);
        }
        // unix(7): connecting requires write permission
        Files.setPosixFilePermissions(
                created, PosixFilePermissions.fromString(group == null ? "rw-------" : "rw-rw----"));
    }

    private static void changeGroup(Path created, String group) throws IOException {
        try {
            GroupPrincipal principal =
                    created.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
            Files.getFileAttributeView(created, PosixFileAttributeView.class).setGroup(principal);
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("relay.control.group: no group " + group + "; create it (groupadd " + group
                    + ") or set another group");
        } catch (FileSystemException e) {
            throw new IOException("relay.control.group: cannot give the control socket to group " + group
                    + ": the relay's user (" + System.getProperty("user.name") + ") is not a member; add it"
                    + " (SupplementaryGroups= in the systemd unit), or remove relay.control.group");
        }
    }

    /// Fails if the path exists but is not a socket, or if another process listens on it. Does not delete the
    /// socket of a relay that is no longer running, because [#listen()] replaces it.
    private static void requireReplaceable(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & TYPE_MASK) != SOCKET_TYPE) {
            throw new IOException(
                    "relay.control.socket: " + path + " is not a socket; remove the file or set another path");
        }
        if (isListening(path)) {
            throw new IOException("relay.control.socket: another program listens on " + path
                    + " (find it with: ss -lxp src " + path + "); stop it or set another path");
        }
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

    private static @Nullable Object identity(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /// Deletes the socket unless another file has replaced it.
    void delete() throws IOException {
        Path path = settings.socket();
        Object own = identity;
        if (own != null && Files.exists(path, LinkOption.NOFOLLOW_LINKS) && own.equals(identity(path))) {
            Files.deleteIfExists(path);
        }
    }
}
