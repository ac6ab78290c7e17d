package org.o365relay.admit;

import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceChange;
import org.o365relay.mail.DeviceDay;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.UsageSlot;
import org.o365relay.time.SteadyClock;

/// Counts the messages, recipients and deviations of one client address across all its sessions, and enforces
/// its limits. Thread-safe; does no I/O while it holds its lock.
///
/// For each message, call [#beginMessage], then [#reserveRecipient] for each recipient. If the message is
/// rejected or aborted, call [#release]. Otherwise, call [#messageAccepted] before the queue commits the
/// message, and [#rollBack] if the commit fails.
public final class Device {

    private final InetAddress address;
    private final SteadyClock clock;
    private final DirtyDevices dirty;
    private final ZoneId zone;
    private final Usage usage = new Usage();
    private final DailyCounts days = new DailyCounts();
    private final FailingRecipients failing = new FailingRecipients();
    private final Map<Deviation, Long> deviations = new EnumMap<>(Deviation.class);
    private final long firstSeen;
    private long lastSeen;
    private String helo = "";
    private long messages;
    private long octets;
    private long rejections;
    private int sessions;
    private boolean hasRecipientLimit; // set once a recipient limit applies; never reset
    private boolean isDirty; // the device is listed in `dirty`, and its full record must be written
    private boolean isSubmitted; // the full record was passed to the writer
    private boolean isStored; // the full record was written at least once
    private boolean isEvicted;

    Device(InetAddress address, SteadyClock clock, ZoneId zone, DirtyDevices dirty) {
        this.address = address;
        this.clock = clock;
        this.zone = zone;
        this.dirty = dirty;
        this.firstSeen = clock.calendar().millis();
        this.lastSeen = firstSeen;
    }

    Device(DeviceRecord stored, SteadyClock clock, ZoneId zone, DirtyDevices dirty) {
        this.address = stored.address();
        this.clock = clock;
        this.zone = zone;
        this.dirty = dirty;
        this.firstSeen = stored.firstSeen().toEpochMilli();
        this.lastSeen = stored.lastSeen().toEpochMilli();
        this.helo = stored.helo();
        this.messages = stored.messages();
        this.octets = stored.octets();
        this.rejections = stored.rejections();
        this.deviations.putAll(stored.deviations());
        this.usage.restore(stored.usage(), clock.millis());
        this.days.restore(stored.days());
        this.failing.restore(stored.failing());
        this.isSubmitted = true;
        this.isStored = true;
    }

    InetAddress address() {
        return address;
    }

    synchronized void seen() {
        lastSeen = clock.calendar().millis();
        changed();
    }

    /// Records the start of a session. The device is not evicted before [#sessionEnded].
    public synchronized void sessionStarted() {
        sessions++;
    }

    public synchronized void sessionEnded() {
        sessions--;
    }

    public synchronized void setHelo(String name) {
        if (!helo.equals(name)) {
            helo = name;
            changed();
        }
    }

    /// Counts a deviation.
    public synchronized void deviated(Deviation deviation) {
        deviations.merge(deviation, 1L, Long::sum);
        changed();
    }

    /// Counts a rejected command, message or connection.
    public synchronized void rejected() {
        rejections++;
        days.add(new DeviceDay(today(), 0, 0, 0, 1));
        seen();
    }

    /// Counts a new message against `messages-per-minute`, unless that limit is already reached or not set. The
    /// message counts for 60 to 61 seconds, whether or not it is accepted later.
    ///
    /// @return the exceeded limit; empty if the message may be received
    public synchronized Optional<LimitExceeded> beginMessage(DeviceLimits limits) {
        return limits.messagesPerMinute() == null
                ? Optional.empty()
                : usage.countMessage(limits.messagesPerMinute(), clock.millis()).map(this::onCalendar);
    }

    /// Reserves a recipient until [#messageAccepted] or [#release]. Recipients of accepted messages count
    /// against `recipients-per-hour` and `recipients-per-day` for up to 10 minutes longer than an hour or a
    /// day, so that the limit is not exceeded in any period of that length. Reserved recipients count as well.
    ///
    /// @return the exceeded limit; empty if the recipient was reserved
    public synchronized Optional<LimitExceeded> reserveRecipient(DeviceLimits limits) {
        if (limits.recipientsPerHour() == null && limits.recipientsPerDay() == null) {
            usage.reserve();
            return Optional.empty();
        }
        hasRecipientLimit = true;
        return usage.reserve(limits, clock.millis()).map(this::onCalendar);
    }

    private LimitExceeded onCalendar(LimitExceeded excess) {
        return new LimitExceeded(excess.limit(), excess.allowed(), clock.toCalendar(excess.until()));
    }

    /// Releases the recipients reserved for a message that was not accepted.
    public synchronized void release(int recipients) {
        usage.release(recipients);
    }

    /// Counts a message before it is committed. The usage is therefore on disk no later than the message, so
    /// that a crash cannot lose the usage of a committed message.
    ///
    /// @param reserved number of recipients reserved for the message
    /// @param recipients number of its recipients to count; rewriting rules may add or remove some
    /// @return the day on which the message is counted
    public synchronized LocalDate messageAccepted(int reserved, int recipients, long size) {
        lastSeen = clock.calendar().millis();
        messages++;
        LocalDate day = today();
        days.add(new DeviceDay(day, 1, 0, 0, 0));
        octets += size;
        usage.release(reserved);
        usage.add(recipients, clock.millis());
        usageChanged();
        return day;
    }

    /// Reverts [#messageAccepted] for a message that could not be committed.
    ///
    /// @param day day that [#messageAccepted] returned
    /// @param recipients recipients passed to [#messageAccepted]; they no longer count against the limits
    public synchronized void rollBack(LocalDate day, int recipients, long size) {
        messages--;
        days.rollBack(day);
        octets -= size;
        usage.rollBack(recipients, clock.millis());
        usageChanged();
    }

    /// Counts a recipient to whom a message of the device was delivered.
    public synchronized void delivered(EmailAddress to) {
        days.add(new DeviceDay(today(), 0, 1, 0, 0));
        failing.delivered(to.key().toString(), clock.calendar().instant());
        changed();
    }

    /// Counts a recipient to whom delivery of a message of the device failed permanently.
    ///
    /// @param reason name of the reply in the catalogue, or a general reason
    public synchronized void failed(EmailAddress to, String reason) {
        days.add(new DeviceDay(today(), 0, 0, 1, 0));
        failing.failed(to.key().toString(), reason, false, clock.calendar().instant());
        changed();
    }

    /// Counts a recipient of a message that the upstream accepted, but that failed later according to an NDR.
    ///
    /// @param to recipient as given in the NDR
    /// @param reason name of the reply in the catalogue; empty if it is unknown
    public synchronized void reportedByNdr(String to, String reason) {
        days.add(new DeviceDay(today(), 0, 0, 1, 0));
        failing.failed(
                EmailAddress.parse(to).map(address -> address.key().toString()).orElse(to),
                reason,
                true,
                clock.calendar().instant());
        changed();
    }

    /// Counts a recipient to whom delivery failed because an operator bounced the message.
    public synchronized void bounced() {
        days.add(new DeviceDay(today(), 0, 0, 1, 0));
        changed();
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.calendar().instant(), zone);
    }

    /// @return whether the device has an open session or reserved recipients and must not be evicted
    synchronized boolean isInUse() {
        return sessions > 0 || usage.reserved() > 0;
    }

    /// @return whether a message from this device was ever accepted
    synchronized boolean hasSent() {
        return messages > 0;
    }

    /// Discards unwritten changes to this device. If its record has been passed to the writer, schedules the
    /// deletion of the record.
    synchronized void evict() {
        isEvicted = true;
        dirty.evict(this, isSubmitted);
    }

    /// @param full true to write the full record; false to write only the usage if the record is already stored
    /// @return change to write; empty if the device was evicted
    synchronized Optional<DeviceChange> change(boolean full) {
        if (isEvicted) {
            return Optional.empty();
        }
        if (!full && isStored) {
            return Optional.of(new DeviceChange.UsageUpdated(address, usage.dirty()));
        }
        isSubmitted = true;
        isDirty = isDirty && !full;
        return Optional.of(new DeviceChange.Updated(record(usage.dirty(), days.dirty())));
    }

    synchronized void written() {
        isStored = isSubmitted;
        usage.written();
        days.written();
    }

    synchronized DeviceRecord toRecord() {
        return record(usage.all(), days.all());
    }

    private DeviceRecord record(List<UsageSlot> slots, List<DeviceDay> counts) {
        return new DeviceRecord(
                address,
                helo,
                Instant.ofEpochMilli(firstSeen),
                Instant.ofEpochMilli(lastSeen),
                messages,
                octets,
                rejections,
                deviations,
                slots,
                counts,
                failing.all());
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
