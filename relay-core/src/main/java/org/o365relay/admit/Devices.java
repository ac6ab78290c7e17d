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

/// What is known and counted of every client address, up to [#MOST] of them. Those that were not seen for the
/// longest time are forgotten first, and strangers, who never had a message accepted, before all others; so
/// whoever comes from many addresses drives nobody out but strangers. A device with an open session is not
/// forgotten.
///
/// What changes is to be kept on disk by somebody else, who asks for it ([DeviceChanges]). Safe for any number
/// of threads.
public final class Devices implements DeviceChanges {

    /// How many are remembered.
    public static final int MOST = 10_000;

    /// How many strangers are among them at most.
    public static final int MOST_STRANGERS = 1_000;

    private final InstantSource clock;
    private final DirtyDevices unwritten = new DirtyDevices();
    private final Map<InetAddress, Device> known = new LinkedHashMap<>(16, 0.75f, true);

    /// Also those that have sent something since they were looked at.
    private final Map<InetAddress, Device> strangers = new LinkedHashMap<>(16, 0.75f, true);

    public Devices(InstantSource clock) {
        this(List.of(), clock);
    }

    /// @param remembered from an earlier run
    public Devices(List<DeviceRecord> remembered, InstantSource clock) {
        this.clock = clock;
        remembered.stream()
                .sorted(Comparator.comparing(DeviceRecord::lastSeen))
                .forEach(device -> add(new Device(device, clock, unwritten)));
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
        return unwritten.isPending();
    }

    @Override
    public List<DeviceChange> next(int most) {
        return unwritten.next(most);
    }

    @Override
    public void written() {
        unwritten.written();
    }

    private synchronized Device find(InetAddress address) {
        Device old = known.get(address);
        if (old == null) {
            old = strangers.get(address);
        }
        return old == null ? add(new Device(address, clock, unwritten)) : old;
    }

    private synchronized Device add(Device device) {
        boolean isFull = strangers.size() + known.size() >= MOST;
        boolean hasMadeRoom = (isFull || strangers.size() >= MOST_STRANGERS) && forgetStranger();
        if (isFull && !hasMadeRoom) {
            forgetKnown();
        }
        (device.hasSent() ? known : strangers).put(device.address(), device);
        return device;
    }

    private synchronized List<Device> all() {
        return Stream.concat(known.values().stream(), strangers.values().stream())
                .toList();
    }

    /// @return whether there was one that could be
    private boolean forgetStranger() {
        Iterator<Device> eldestFirst = strangers.values().iterator();
        while (eldestFirst.hasNext()) {
            Device device = eldestFirst.next();
            if (device.hasSent()) {
                eldestFirst.remove();
                known.put(device.address(), device);
            } else if (!device.isInUse()) {
                eldestFirst.remove();
                device.forget();
                return true;
            }
        }
        return false;
    }

    private void forgetKnown() {
        Iterator<Device> eldestFirst = known.values().iterator();
        while (eldestFirst.hasNext()) {
            Device device = eldestFirst.next();
            if (!device.isInUse()) {
                eldestFirst.remove();
                device.forget();
                return;
            }
        }
    }
}
