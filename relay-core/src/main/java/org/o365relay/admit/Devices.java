package org.o365relay.admit;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.o365relay.mail.DeviceChange;
import org.o365relay.mail.DeviceChanges;
import org.o365relay.mail.DeviceRecord;

/// What is known and counted of every client address, up to [#MAX_DEVICES] of them. Those that were not seen for the
/// longest time are forgotten first, and strangers, who never had a message accepted, before all others; so
/// whoever comes from many addresses drives nobody out but strangers. A device with an open session is not
/// forgotten.
///
/// What changes is to be kept on disk by somebody else, who asks for it ([DeviceChanges]). Safe for any number
/// of threads.
public final class Devices implements DeviceChanges {

    /// How many are remembered.
    public static final int MAX_DEVICES = 10_000;

    /// How many strangers are among them at most.
    public static final int MAX_UNPROVEN = 1_000;

    private final InstantSource clock;
    private final DirtyDevices dirty = new DirtyDevices();
    private final Map<InetAddress, Device> proven = new LinkedHashMap<>(16, 0.75f, true);

    /// Also those that have sent something since they were looked at.
    private final Map<InetAddress, Device> unproven = new LinkedHashMap<>(16, 0.75f, true);

    public Devices(InstantSource clock) {
        this(List.of(), clock);
    }

    /// @param remembered from an earlier run
    public Devices(List<DeviceRecord> remembered, InstantSource clock) {
        this.clock = clock;
        remembered.stream()
                .sorted(Comparator.comparing(DeviceRecord::lastSeen))
                .forEach(device -> add(new Device(device, clock, dirty)));
    }

    /// @return the device at this address, new if it was not known; it has been seen now
    public Device at(InetAddress address) {
        Device device = find(address);
        device.seen();
        return device;
    }

    /// @return what is remembered, the one seen last at the end
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
    public List<DeviceChange> next(int most) {
        return dirty.next(most);
    }

    @Override
    public void written() {
        dirty.written();
    }

    private synchronized Device find(InetAddress address) {
        Device old = proven.get(address);
        if (old == null) {
            old = unproven.get(address);
        }
        return old == null ? add(new Device(address, clock, dirty)) : old;
    }

    private synchronized Device add(Device device) {
        boolean isFull = unproven.size() + proven.size() >= MAX_DEVICES;
        boolean hasMadeRoom = (isFull || unproven.size() >= MAX_UNPROVEN) && evictUnproven();
        if (isFull && !hasMadeRoom) {
            evictProven();
        }
        (device.hasSent() ? proven : unproven).put(device.address(), device);
        return device;
    }

    private synchronized List<Device> all() {
        return Stream.concat(proven.values().stream(), unproven.values().stream())
                .toList();
    }

    /// @return whether there was one that could be
    private boolean evictUnproven() {
        Iterator<Device> eldestFirst = unproven.values().iterator();
        while (eldestFirst.hasNext()) {
            Device device = eldestFirst.next();
            if (device.hasSent()) {
                eldestFirst.remove();
                proven.put(device.address(), device);
            } else if (!device.isInUse()) {
                eldestFirst.remove();
                device.evict();
                return true;
            }
        }
        return false;
    }

    private void evictProven() {
        Iterator<Device> eldestFirst = proven.values().iterator();
        while (eldestFirst.hasNext()) {
            Device device = eldestFirst.next();
            if (!device.isInUse()) {
                eldestFirst.remove();
                device.evict();
                return;
            }
        }
    }
}
