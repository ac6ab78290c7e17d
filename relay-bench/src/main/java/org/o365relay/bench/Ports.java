package org.o365relay.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Free ports, refused ports, and the moment a port opens.
final class Ports {

    /// tcpmux, which nobody runs: a connection to it is refused at once.
    static final int REFUSED = 1;

    private static final Duration POLL = Duration.ofMillis(1);

    private Ports() {}

    static InetSocketAddress onLoopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /// A port that nobody listens on at this moment, to be taken soon.
    static int unused() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Waits until the port accepts a connection.
    ///
    /// @param alive whether it still makes sense to wait
    /// @return when it did, on the clock of [System#nanoTime()]
    static long awaitOpen(InetSocketAddress address, Duration longest, BooleanSupplier alive) throws IOException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (System.nanoTime() - deadline < 0 && alive.getAsBoolean()) {
            if (isOpen(address)) {
                return System.nanoTime();
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        String trouble =
                alive.getAsBoolean() ? "did not open " + address + " within " + longest.toSeconds() + " s" : "ended";
        throw new IOException("the server " + trouble);
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
