package org.o365relay.admit;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceRecord;

/// What is known and counted of one client address, over all its sessions. Safe for any number of threads; never
/// blocks for long.
public final class Device {

    private final InetAddress address;
    private final InstantSource clock;
    private final Instant firstSeen;
    private final Map<Deviation, Long> deviations = new EnumMap<>(Deviation.class);
    private Instant lastSeen;
    private String helo = "";
    private long messages;
    private long octets;
    private long refusals;

    Device(InetAddress address, InstantSource clock) {
        this.address = address;
        this.clock = clock;
        this.firstSeen = clock.instant();
        this.lastSeen = firstSeen;
    }

    synchronized void seen() {
        lastSeen = clock.instant();
    }

    /// It has said what it is called.
    public synchronized void called(String name) {
        helo = name;
    }

    /// Counts something it did wrong.
    public synchronized void deviated(Deviation deviation) {
        deviations.merge(deviation, 1L, Long::sum);
    }

    /// @return whether it ever did this
    public synchronized boolean hasDeviated(Deviation deviation) {
        return deviations.containsKey(deviation);
    }

    /// Counts a command, message or connection that was turned away.
    public synchronized void refused() {
        refusals++;
    }

    /// Asks whether it may begin a message, and counts it if so.
    ///
    /// @return why not; empty if it may
    public synchronized Optional<Overdraft> begin(DeviceLimits limits) {
        return Optional.empty();
    }

    /// Asks whether it may have one more recipient, and sets that aside until the message is [#accepted] or the
    /// recipient is [#released].
    ///
    /// @return why not; empty if it may
    public synchronized Optional<Overdraft> reserve(DeviceLimits limits) {
        return Optional.empty();
    }

    /// Gives recipients back that were reserved for a message that was not accepted.
    public synchronized void released(int recipients) {}

    /// A message has been committed.
    ///
    /// @param recipients all reserved before
    public synchronized void accepted(int recipients, long size) {
        messages++;
        octets += size;
        lastSeen = clock.instant();
    }

    synchronized DeviceRecord toRecord() {
        return new DeviceRecord(address, helo, firstSeen, lastSeen, messages, octets, refusals, deviations);
    }
}
