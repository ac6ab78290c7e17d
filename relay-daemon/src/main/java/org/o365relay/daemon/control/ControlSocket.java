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

/// The control socket in the file system. Nobody but the relay's user can connect before its permissions are what
/// they should be: it is made in a directory of its own, and then put in its place.
final class ControlSocket {

    // inode(7)
    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private static final int BACKLOG = 64;
    private static final String NEW = "s";

    private final ControlSettings settings;
    private final RandomGenerator random;
    private @Nullable Object identity;

    ControlSocket(ControlSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    /// Begins to listen. What a relay that is no more has left there is replaced.
    ///
    /// @throws IOException with a message for the admin: what is wrong, and what to do
    ServerSocketChannel listen() throws IOException {
        Path path = settings.socket();
        try {
            removeStale(path);
            Path nursery = Files.createDirectory(
                    path.resolveSibling(".c%05x".formatted(random.nextInt(1 << 20))),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try {
                return listen(nursery.resolve(NEW));
            } finally {
                Files.deleteIfExists(nursery.resolve(NEW));
                Files.delete(nursery);
            }
        } catch (FileSystemException e) {
            throw new IOException(
                    "the control socket " + path + " cannot be made: " + reason(e) + "; see that its directory exists"
                            + " and belongs to the user that runs the relay (" + System.getProperty("user.name")
                            + "), or set relay.control.socket",
                    e);
        }
    }

    private static String reason(FileSystemException e) {
        String what = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        return e.getFile() + ": " + what.toLowerCase(Locale.ROOT);
    }

    private ServerSocketChannel listen(Path fresh) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(fresh), BACKLOG);
            restrict(fresh);
            identity = identity(fresh);
            Files.move(fresh, settings.socket(), StandardCopyOption.ATOMIC_MOVE);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void restrict(Path fresh) throws IOException {
        String group = settings.group();
        if (group != null) {
            changeGroup(fresh, group);
        }
        // unix(7): to connect is to write
        Files.setPosixFilePermissions(
                fresh, PosixFilePermissions.fromString(group == null ? "rw-------" : "rw-rw----"));
    }

    private static void changeGroup(Path fresh, String group) throws IOException {
        try {
            GroupPrincipal principal =
                    fresh.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
            Files.getFileAttributeView(fresh, PosixFileAttributeView.class).setGroup(principal);
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("there is no group " + group + "; make it (groupadd " + group
                    + "), or set another relay.control.group");
        } catch (FileSystemException e) {
            throw new IOException("the control socket cannot be given to the group " + group
                    + ": the user that runs the"
                    + " relay (" + System.getProperty("user.name") + ") is not in it; add it (SupplementaryGroups= in"
                    + " the systemd unit), or take relay.control.group away");
        }
    }

    /// Unless somebody else uses it, or it is something else.
    private static void removeStale(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & TYPE) != SOCKET) {
            throw new IOException("relay.control.socket: there is a file " + path
                    + " that is no socket; remove it or set another path");
        }
        if (isListening(path)) {
            throw new IOException("relay.control.socket: another program listens at " + path
                    + " (see which: ss -lxp src " + path + "); stop it or set another path");
        }
    }

    private static boolean isListening(Path path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false); // a busy one would let us wait
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

    /// Takes it away, unless somebody has put another in its place.
    void delete() throws IOException {
        Path path = settings.socket();
        Object own = identity;
        if (own != null && Files.exists(path, LinkOption.NOFOLLOW_LINKS) && own.equals(identity(path))) {
            Files.deleteIfExists(path);
        }
    }
}
