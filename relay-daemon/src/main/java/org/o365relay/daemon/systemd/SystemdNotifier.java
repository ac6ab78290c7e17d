package org.o365relay.daemon.systemd;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the service manager how the relay is (`sd_notify(3)`): ready, stopping, and one line of status.
///
/// Without `NOTIFY_SOCKET` in the environment every call does nothing. A service manager that cannot be reached
/// is logged once and never stops the relay.
public final class SystemdNotifier {

    private static final Logger LOG = LoggerFactory.getLogger(SystemdNotifier.class);

    private final @Nullable String socket;
    private boolean warned;

    private SystemdNotifier(@Nullable String socket) {
        this.socket = socket;
    }

    /// @param environment of this process; `NOTIFY_SOCKET` is a path, or a name in the abstract name space if it
    ///     begins with `@`
    public static SystemdNotifier of(Map<String, String> environment) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        return new SystemdNotifier(socket.isEmpty() ? null : socket);
    }

    /// The ports are open and mail is taken. With `Type=notify`, what depends on the relay starts now.
    public void ready(String status) {
        send("READY=1\n" + statusLine(status));
    }

    /// Shown by `systemctl status`.
    public void status(String status) {
        send(statusLine(status));
    }

    /// No mail is taken any more; what is in flight ends.
    public void stopping(String status) {
        send("STOPPING=1\n" + statusLine(status));
    }

    private static String statusLine(String status) {
        return "STATUS=" + status.replaceAll("\\R", " ") + "\n"; // a line end would begin another assignment
    }

    private synchronized void send(String state) {
        if (socket == null) {
            return;
        }
        try {
            UnixDatagram.send(socket, state);
        } catch (IOException | LinkageError e) {
            warnOnce(socket, e);
        }
    }

    private void warnOnce(String name, Throwable e) {
        if (!warned) {
            warned = true;
            LOG.warn("cannot tell the service manager at {}: {}", name, e.getMessage());
        }
    }
}
