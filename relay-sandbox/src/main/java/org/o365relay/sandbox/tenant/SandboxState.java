package org.o365relay.sandbox.tenant;

import java.io.EOFException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.o365relay.sandbox.entra.TokenService;
import org.o365relay.sandbox.fault.Faults;
import org.o365relay.sandbox.message.AcceptedMessages;
import org.o365relay.sandbox.settings.TenantSettings;

/// The state that all connections share.
///
/// @param current current settings, which may change at any time
/// @param stopping latch that is counted down when the sandbox stops; this ends all delays
public record SandboxState(
        AtomicReference<TenantSettings> current,
        Faults faults,
        AcceptedMessages accepted,
        MailboxUsages usages,
        TokenService tokenService,
        InstantSource clock,
        CountDownLatch stopping) {

    public TenantSettings settings() {
        return current.get();
    }

    /// Waits for the given time.
    ///
    /// @throws EOFException if the sandbox is stopping, or the thread is interrupted
    public void pause(Duration time) throws EOFException {
        try {
            if (stopping.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new EOFException("the sandbox is stopping");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EOFException("the sandbox is stopping");
        }
    }
}
