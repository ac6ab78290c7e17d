package org.o365relay.daemon.sandbox;

import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// What all connections share.
///
/// @param store null if no files are kept
/// @param numbers of accepted messages
/// @param stopping open once the sandbox stops, so that no delay outlives it
record Office(
        SandboxSettings settings,
        Replies replies,
        Faults faults,
        Inbox inbox,
        @Nullable MailStore store,
        SSLContext tls,
        InstantSource clock,
        AtomicInteger numbers,
        LongAdder handshakes,
        CountDownLatch stopping) {}
