package org.o365relay.bench.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Finds free ports and waits for ports to open.
public final class Ports {

    /// The tcpmux port. Usually no program listens on it, so connections are refused immediately.
    public static final int CLOSED = 1;

    private static final Duration POLL = Duration.ofMillis(1);

    private Ports() {}

    public static InetSocketAddress onLoopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /// Finds a port of the loopback address that is currently free.
    public static int unused() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Waits until the port accepts a connection.
    ///
    /// @param alive returns whether the server is still running
    /// @return time at which the connection was accepted, as [System#nanoTime()]
    static long awaitOpen(InetSocketAddress address, Duration timeout, BooleanSupplier alive) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (System.nanoTime() - deadline < 0 && alive.getAsBoolean()) {
            if (isOpen(address)) {
                return System.nanoTime();
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        String failure =
                alive.getAsBoolean() ? "did not open " + address + " within " + timeout.toSeconds() + " s" : "ended";
        throw new IOException("the server " + failure);
    }

    private static boolean isOpen(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
