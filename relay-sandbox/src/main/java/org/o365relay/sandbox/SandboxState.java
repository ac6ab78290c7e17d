package org.o365relay.sandbox;

import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.o365relay.sandbox.entra.TokenService;

/// The state shared by all connections.
///
/// @param current settings, which may change at any time
/// @param stopping counted down when the sandbox stops, which ends delays
record SandboxState(
        AtomicReference<SandboxSettings> current,
        Faults faults,
        AcceptedMessages accepted,
        Archive archive,
        MailboxUsages usages,
        Inboxes inboxes,
        TokenService tokenService,
        InstantSource clock,
        LongAdder handshakes,
        CountDownLatch stopping) {

    SandboxSettings settings() {
        return current.get();
    }
}
