package org.o365relay.mail;

import java.net.InetAddress;
import java.util.List;

/// A change to a device's record, to be stored.
public sealed interface DeviceChange {

    InetAddress address();

    /// The full record, but with only the usage slots and days that changed.
    record Updated(DeviceRecord device) implements DeviceChange {
        @Override
        public InetAddress address() {
            return device.address();
        }
    }

    /// Only the usage changed.
    ///
    /// @param usage changed slots with their current values, which may be 0
    record UsageUpdated(InetAddress address, List<UsageSlot> usage) implements DeviceChange {
        public UsageUpdated {
            usage = List.copyOf(usage);
        }
    }

    /// The device was evicted; its record must be deleted.
    record Removed(InetAddress address) implements DeviceChange {}
}
