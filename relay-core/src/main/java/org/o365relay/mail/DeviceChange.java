package org.o365relay.mail;

import java.net.InetAddress;
import java.util.List;

/// A change of a device, to be stored.
public sealed interface DeviceChange {

    InetAddress address();

    /// The full record, but only the usage slots that changed.
    record Updated(DeviceRecord device) implements DeviceChange {
        @Override
        public InetAddress address() {
            return device.address();
        }
    }

    /// Usage only.
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
