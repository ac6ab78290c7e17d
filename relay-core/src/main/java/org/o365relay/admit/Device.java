package org.o365relay.admit;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceChange;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.UsageSlot;

/// What is known and counted of one client address, over all its sessions. Safe for any number of threads;
/// never blocks for long.
///
/// A message goes through [#beginMessage], a [#reserveRecipient] for each recipient, and then either
/// [#messageAccepted], called before
/// the message is given to the queue (and [#rollBack] if the queue could not take it), or [#release].
public final class Device {

    private final InetAddress address;
    private final InstantSource clock;
    private final DirtyDevices dirty;
    private final Usage usage = new Usage();
    private final Map<Deviation, Long> deviations = new EnumMap<>(Deviation.class);
    private final long firstSeen;
    private long lastSeen;
    private String helo = "";
    private long messages;
    private long octets;
    private long refusals;
    private int sessions;
    private boolean hasRecipientLimit; // on one listener at least, and from then on
    private boolean isDirty; // in `unwritten`, to be written whole
    private boolean isSubmitted; // to be written whole
    private boolean isStored; // whole, once at least
    private boolean isEvicted;

    Device(InetAddress address, InstantSource clock, DirtyDevices unwritten) {
        this.address = address;
        this.clock = clock;
        this.dirty = unwritten;
        this.firstSeen = clock.millis();
        this.lastSeen = firstSeen;
    }

    Device(DeviceRecord remembered, InstantSource clock, DirtyDevices unwritten) {
        this.address = remembered.address();
        this.clock = clock;
        this.dirty = unwritten;
        this.firstSeen = remembered.firstSeen().toEpochMilli();
        this.lastSeen = remembered.lastSeen().toEpochMilli();
        this.helo = remembered.helo();
        this.messages = remembered.messages();
        this.octets = remembered.octets();
        this.refusals = remembered.refusals();
        this.deviations.putAll(remembered.deviations());
        this.usage.restore(remembered.usage(), clock.millis());
        this.isSubmitted = true;
        this.isStored = true;
    }

    InetAddress address() {
        return address;
    }

    synchronized void seen() {
        lastSeen = clock.millis();
        changed();
    }

    /// A session with it has begun; it is not forgotten before the session has [#sessionEnded].
    public synchronized void sessionStarted() {
        sessions++;
    }

    /// A session with it has ended.
    public synchronized void sessionEnded() {
        sessions--;
    }

    /// It has said what it is called.
    public synchronized void setHelo(String name) {
        if (!helo.equals(name)) {
            helo = name;
            changed();
        }
    }

    /// Counts something it did wrong.
    public synchronized void deviated(Deviation deviation) {
        deviations.merge(deviation, 1L, Long::sum);
        changed();
    }

    /// Counts a command, message or connection that was turned away.
    public synchronized void rejected() {
        refusals++;
        seen();
    }

    /// Asks whether it may begin a message, and counts it if so: against `messages-per-minute`, for 60 to 61
    /// seconds, whatever becomes of it.
    ///
    /// @return why not; empty if it may
    public synchronized Optional<LimitExceeded> beginMessage(DeviceLimits limits) {
        return limits.messagesPerMinute() == null
                ? Optional.empty()
                : usage.begin(limits.messagesPerMinute(), clock.millis());
    }

    /// Asks whether it may have one more recipient, and sets that aside until the message is [#messageAccepted] or the
    /// recipient is [#release]. Recipients of messages that were accepted count against `recipients-per-hour`
    /// and `recipients-per-day` for that time and up to 10 minutes more, so that in no hour and no 24 hours
    /// there are more than the limit. Those that are set aside count as well.
    ///
    /// @return why not; empty if it may
    public synchronized Optional<LimitExceeded> reserveRecipient(DeviceLimits limits) {
        if (limits.recipientsPerHour() == null && limits.recipientsPerDay() == null) {
            usage.reserve();
            return Optional.empty();
        }
        hasRecipientLimit = true;
        return usage.reserve(limits, clock.millis());
    }

    /// Gives recipients back that were reserved for a message that was not accepted.
    public synchronized void release(int recipients) {
        usage.release(recipients);
    }

    /// A message is about to be given to the queue. Before, not after: so the budget is on disk no later than
    /// the message is, and no crash gives any of it back.
    ///
    /// @param recipients all reserved before
    public synchronized void messageAccepted(int recipients, long size) {
        lastSeen = clock.millis();
        messages++;
        octets += size;
        usage.commit(recipients, lastSeen);
        usageChanged();
    }

    /// A message that was counted as [#messageAccepted] could not be committed.
    ///
    /// @param recipients as then; they are reserved no more, either
    public synchronized void rollBack(int recipients, long size) {
        messages--;
        octets -= size;
        usage.rollBack(recipients, clock.millis());
        usageChanged();
    }

    /// @return whether it must not be forgotten
    synchronized boolean isInUse() {
        return sessions > 0 || usage.reserved() > 0;
    }

    /// @return whether it ever had a message accepted
    synchronized boolean hasSent() {
        return messages > 0;
    }

    /// Nothing of it is to be written any more.
    synchronized void evict() {
        isEvicted = true;
        dirty.evict(this, isSubmitted);
    }

    /// @param whole its whole record; or its spending only, if its record has been written before
    /// @return what is to be written; empty if it is forgotten
    synchronized Optional<DeviceChange> change(boolean whole) {
        if (isEvicted) {
            return Optional.empty();
        }
        if (!whole && isStored) {
            return Optional.of(new DeviceChange.UsageUpdated(address, usage.dirty()));
        }
        isSubmitted = true;
        isDirty = isDirty && !whole;
        return Optional.of(new DeviceChange.Updated(record(usage.dirty())));
    }

    synchronized void written() {
        isStored = isSubmitted;
        usage.written();
    }

    synchronized DeviceRecord toRecord() {
        return record(usage.all());
    }

    private DeviceRecord record(List<UsageSlot> spending) {
        return new DeviceRecord(
                address,
                helo,
                Instant.ofEpochMilli(firstSeen),
                Instant.ofEpochMilli(lastSeen),
                messages,
                octets,
                refusals,
                deviations,
                spending);
    }

    private void usageChanged() {
        changed();
        if (hasRecipientLimit && !isEvicted) {
            dirty.usageChanged(this);
        }
    }

    private void changed() {
        if (!isDirty && !isEvicted) {
            isDirty = true;
            dirty.changed(this);
        }
    }
}
