package org.o365relay.daemon.control;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import org.o365relay.config.ControlSettings;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.queue.QueueSettings;

/// Connects to a running relay, or opens the queue if none is running.
public final class Controls {

    private Controls() {}

    /// Connects to the relay if it listens on the control socket; otherwise opens its queue read-only.
    ///
    /// @param program name and version of this command, such as `o365-relay 0.1.0`
    /// @throws ControlException of kind [Kind#NOT_PERMITTED] if access to the control socket is denied, or of
    ///     kind [Kind#NOT_RUNNING] if the socket cannot be used for another reason; it is not an error if no
    ///     process listens on the socket
    public static Control open(ControlSettings settings, QueueSettings queue, String program) throws ControlException {
        return isRunning(settings)
                ? new SocketControl(settings.socket(), program)
                : new OfflineControl(queue, InstantSource.system());
    }

    private static boolean isRunning(ControlSettings settings) throws ControlException {
        Path socket = settings.socket();
        try {
            Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return SocketControl.isListening(socket);
        } catch (IOException e) {
            if (isGone(e, socket)) {
                return false;
            }
            throw connectionFailure(settings, e);
        }
    }

    /// @return whether the socket does not exist; a relay deletes it on shutdown
    private static boolean isGone(IOException failure, Path socket) {
        boolean denied = failure instanceof AccessDeniedException;
        return !denied && Files.notExists(socket, LinkOption.NOFOLLOW_LINKS);
    }

    /// @param failure the error that occurred when accessing or connecting to the socket
    static ControlException connectionFailure(ControlSettings settings, IOException failure) {
        return switch (failure) {
            case AccessDeniedException _ -> notPermitted(settings, "no access to its directory");
            case BindException _ -> notPermitted(settings, String.valueOf(failure.getMessage())); // connect(2): EACCES
            case IOException _ ->
                new ControlException(
                        Kind.NOT_RUNNING,
                        "the relay does not answer at " + settings.socket() + ": " + failure.getMessage());
        };
    }

    private static ControlException notPermitted(ControlSettings settings, String why) {
        String others = settings.group() == null
                ? "; relay.control.group can allow the members of a group to use it"
                : ", or as a member of group " + settings.group();
        return new ControlException(
                Kind.NOT_PERMITTED,
                "permission denied for the control socket " + settings.socket() + " (" + why
                        + "). Run the command as root or as the relay's user (sudo, or sudo -u o365-relay)" + others);
    }
}
