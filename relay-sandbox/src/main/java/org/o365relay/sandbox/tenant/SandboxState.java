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

/// The state shared by all connections.
///
/// @param current settings, which may change at any time
/// @param stopping counted down when the sandbox stops, which ends delays
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

    /// Waits.
    ///
    /// @throws EOFException if the sandbox stops meanwhile
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
