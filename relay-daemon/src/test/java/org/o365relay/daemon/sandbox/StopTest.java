package org.o365relay.daemon.sandbox;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.daemon.sandbox.RawClient.base64;
import static org.o365relay.daemon.sandbox.SandboxFixture.PASSWORD;
import static org.o365relay.daemon.sandbox.SandboxFixture.USER;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
final class StopTest {

    @TempDir
    private Path directory;

    @Test
    void endsIdleHangingAndWaitingConnectionsAtOnce() throws IOException {
        SandboxSettings slow = SandboxFixture.settings(directory).withTarpit(Duration.ofHours(1));
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
}
