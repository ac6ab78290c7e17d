package org.o365relay.daemon.systemd;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notifies the service manager (`sd_notify(3)`) that the relay is ready, reloading or
/// stopping, and sets the status line.
///
/// If `NOTIFY_SOCKET` is unset or empty, all methods do nothing. If the service manager cannot be reached, a
/// warning is logged once and the relay continues.
public final class SystemdNotifier {

    private static final Logger log = LoggerFactory.getLogger(SystemdNotifier.class);

    private final @Nullable String socket;
    private boolean warned;

    private SystemdNotifier(@Nullable String socket) {
        this.socket = socket;
    }

    /// @param environment environment variables of this process; `NOTIFY_SOCKET` is a path, or an abstract
    ///     socket name with the prefix `@`
    public static SystemdNotifier of(Map<String, String> environment) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        return new SystemdNotifier(socket.isEmpty() ? null : socket);
    }

    /// Reports that the relay accepts mail. With `Type=notify`, systemd then starts the units that are ordered
    /// after the relay.
    public void ready(String status) {
        send("READY=1\n" + statusLine(status));
    }

    /// Reports that the configuration is being reloaded. [#ready] must follow.
    public void reloading() {
        // sd_notify(3): the time on CLOCK_MONOTONIC, which System.nanoTime() reads on Linux
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000 + "\n");
    }

    /// Sets the status line that `systemctl status` shows.
    public void status(String status) {
        send(statusLine(status));
    }

    /// Reports that the relay is stopping.
    public void stopping(String status) {
        send("STOPPING=1\n" + statusLine(status));
    }

    private static String statusLine(String status) {
        return "STATUS=" + status.replaceAll("\\R", " ") + "\n"; // a line break would start another assignment
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
            log.warn("cannot notify the service manager at {}: {}", name, e.getMessage());
        }
    }
}
