package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.sandbox.RawClient.base64;
import static org.o365relay.sandbox.SandboxFixture.PASSWORD;
import static org.o365relay.sandbox.SandboxFixture.USER;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.settings.SandboxSettings;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
final class StopTest {

    @TempDir
    private Path directory;

    @Test
    void endsIdleHangingAndWaitingConnectionsAtOnce() throws IOException {
        SandboxSettings slow = SandboxFixture.settings(directory)
                .tenant(tenant -> tenant.submission(submission -> submission.withTarpit(Duration.ofHours(1))));
        Sandbox sandbox = Sandbox.start(slow);
        try (RawClient idle = RawClient.signedIn(sandbox, USER, PASSWORD);
                RawClient hanging = RawClient.signedIn(sandbox, USER, PASSWORD);
                RawClient tarpitted = RawClient.secured(sandbox)) {
            sandbox.faults().add(Fault.parse("mail:hang*1"));
            hanging.send("MAIL FROM:<>\r\n");
            tarpitted.say("AUTH LOGIN " + base64(USER));
            tarpitted.send(base64("wrong") + "\r\n");

            sandbox.close();

            for (RawClient client : new RawClient[] {idle, hanging, tarpitted}) {
                assertThatThrownBy(client::reply).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void endsRequestsThatHangAtOnce() throws Exception {
        Sandbox sandbox =
                Sandbox.start(SandboxFixture.settings(directory).withApps().withMx(0));
        WebClient web = new WebClient(sandbox);
        sandbox.faults().add(Fault.parse("token:hang*1"));
        CompletableFuture<?> waiting = CompletableFuture.supplyAsync(() -> asked(web));
        sandbox.faults().awaitNone();

        sandbox.close();

        assertThatThrownBy(waiting::join).hasRootCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> RawClient.connectToMx(sandbox)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> web.get("/")).isInstanceOf(IOException.class);
    }

    private static Object asked(WebClient web) {
        try {
            return web.withSecret("any", WebClient.EXCHANGE);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void startsNoServiceIfOnePortIsInUse() throws IOException {
        int smtp = freePort();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SandboxSettings settings = SandboxFixture.settings(directory)
                    .withAddress(InetAddress.getLoopbackAddress(), smtp)
                    .withHttps(taken.getLocalPort())
                    .withMx(0);
            assertThatThrownBy(() -> Sandbox.start(settings))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), smtp).close())
                    .isInstanceOf(IOException.class);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
