package org.o365relay.admit;

import java.net.InetAddress;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.mail.DeviceChange;
import org.o365relay.mail.DeviceChanges;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.time.SteadyClock;

/// The devices of all client addresses, up to [#MAX_DEVICES]. When a limit is reached, a new device evicts the
/// least recently seen unproven device (one from which no message was ever accepted). If there is none and
/// [#MAX_DEVICES] is reached, it evicts the least recently seen proven device. This limits how many proven
/// devices a client with many addresses can displace. A device with an open session or a message being received
/// is not evicted.
///
/// The consumer of [DeviceChanges] writes the changes to disk. Thread-safe.
public final class Devices implements DeviceChanges {

    /// Maximum number of devices.
    public static final int MAX_DEVICES = 10_000;

    /// Maximum number of unproven devices; they also count toward [#MAX_DEVICES].
    public static final int MAX_UNPROVEN = 1_000;

    private final SteadyClock clock;
    private final ZoneId zone;
    private final DirtyDevices dirty = new DirtyDevices();
    private final Map<InetAddress, Device> proven = new LinkedHashMap<>(16, 0.75f, true);

    /// May contain devices that have become proven; an eviction moves those that it finds.
    private final Map<InetAddress, Device> unproven = new LinkedHashMap<>(16, 0.75f, true);

    /// Creates an empty instance that counts by days in UTC.
    public Devices(SteadyClock clock) {
        this(List.of(), clock, ZoneOffset.UTC);
    }

    /// @param stored records stored by earlier runs
    /// @param zone time zone that determines where a day begins
    public Devices(List<DeviceRecord> stored, SteadyClock clock, ZoneId zone) {
        this.clock = clock;
        this.zone = zone;
        stored.stream()
                .sorted(Comparator.comparing(DeviceRecord::lastSeen))
                .forEach(device -> add(new Device(device, clock, zone, dirty)));
    }

    /// @return the device at this address, created if unknown, with its last-seen time updated
    public Device at(InetAddress address) {
        Device device = find(address);
        device.seen();
        return device;
    }

    /// @return the device at this address; empty if it is unknown
    public synchronized Optional<Device> known(InetAddress address) {
        return Optional.ofNullable(proven.get(address)).or(() -> Optional.ofNullable(unproven.get(address)));
    }

    /// @return records of all devices, ordered by last-seen time
    public List<DeviceRecord> records() {
        return all().stream()
                .map(Device::toRecord)
                .sorted(Comparator.comparing(DeviceRecord::lastSeen))
                .toList();
    }

    @Override
    public boolean isPending() {
        return dirty.isPending();
    }

    @Override
    public List<DeviceChange> next(int max) {
        return dirty.next(max);
    }

    @Override
    public void written() {
        dirty.written();
    }

    private synchronized Device find(InetAddress address) {
        return known(address).orElseGet(() -> add(new Device(address, clock, zone, dirty)));
    }

    private synchronized Device add(Device device) {
        boolean isFull = unproven.size() + proven.size() >= MAX_DEVICES;
        boolean hasEvicted = (isFull || unproven.size() >= MAX_UNPROVEN) && evictUnproven();
        if (isFull && !hasEvicted) {
            evictProven();
        }
        (device.hasSent() ? proven : unproven).put(device.address(), device);
        return device;
    }

    private synchronized List<Device> all() {
        return Stream.concat(proven.values().stream(), unproven.values().stream())
                .toList();
    }

    /// @return whether a device was evicted
    private boolean evictUnproven() {
        Iterator<Device> oldestFirst = unproven.values().iterator();
        while (oldestFirst.hasNext()) {
            Device device = oldestFirst.next();
            if (device.hasSent()) {
                oldestFirst.remove();
                proven.put(device.address(), device);
            } else if (!device.isInUse()) {
                oldestFirst.remove();
                device.evict();
                return true;
            }
        }
        return false;
    }

    private void evictProven() {
        Iterator<Device> oldestFirst = proven.values().iterator();
        while (oldestFirst.hasNext()) {
            Device device = oldestFirst.next();
            if (!device.isInUse()) {
                oldestFirst.remove();
                device.evict();
                return;
            }
        }
    }
}
