package org.o365relay.sandbox.smtp;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class SandboxConnectionTest {

    @Test
    void aHangLastsUntilTheClientClosesTheConnectionWhateverTheIdleTimeout() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
                Socket server = listener.accept()) {
            server.setSoTimeout(1);
            SandboxConnection connection = new SandboxConnection(server);
            CompletableFuture<Void> hanging = CompletableFuture.runAsync(() -> discard(connection));

            assertThatThrownBy(() -> hanging.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

            client.shutdownOutput();
            assertThatCode(() -> hanging.get(10, TimeUnit.SECONDS)).doesNotThrowAnyException();
        }
    }

    private static void discard(SandboxConnection connection) {
        try {
            connection.discardUntilClosed();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
