package org.o365relay.admit;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.o365relay.mail.DeviceRecord;

/// What is known and counted of every client address, up to [#MOST] of them; those that were not seen for the
/// longest time are forgotten first. Safe for any number of threads.
public final class Devices {

    /// How many are remembered.
    public static final int MOST = 10_000;

    private final InstantSource clock;
    private final Map<InetAddress, Device> byAddress = new LinkedHashMap<>(16, 0.75f, true);

    public Devices(InstantSource clock) {
        this.clock = clock;
    }

    /// @return the device at this address, new if it was not known; it has been seen now
    public synchronized Device at(InetAddress address) {
        Device device = byAddress.computeIfAbsent(address, unknown -> new Device(unknown, clock));
        if (byAddress.size() > MOST) {
            byAddress.remove(byAddress.keySet().iterator().next());
        }
        device.seen();
        return device;
    }

    /// @return what is remembered, the one seen last at the end
    public synchronized List<DeviceRecord> records() {
        return byAddress.values().stream().map(Device::toRecord).toList();
    }
}
