package org.o365relay.daemon.sandbox;

import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.o365relay.daemon.sandbox.entra.Directory;

/// What all connections share.
///
/// @param current the settings, which may change at any time
/// @param stopping open once the sandbox stops, so that no delay outlives it
record SandboxState(
        AtomicReference<SandboxSettings> current,
        Faults faults,
        Inbox inbox,
        Archive archive,
        Mailboxes mailboxes,
        DeliveredMail postboxes,
        Directory directory,
        InstantSource clock,
        LongAdder handshakes,
        CountDownLatch stopping) {

    SandboxSettings settings() {
        return current.get();
    }
}
