package org.o365relay.mail;

import java.net.InetAddress;
import java.util.List;

/// Something about a device that has changed and is to be kept.
public sealed interface DeviceChange {

    InetAddress address();

    /// All that is known of it, but of its spending only what has changed.
    record Updated(DeviceRecord device) implements DeviceChange {
        @Override
        public InetAddress address() {
            return device.address();
        }
    }

    /// Nothing but its spending.
    ///
    /// @param usage slots that have changed, as they are now; perhaps without any recipients
    record UsageUpdated(InetAddress address, List<UsageSlot> usage) implements DeviceChange {
        public UsageUpdated {
            usage = List.copyOf(usage);
        }
    }

    /// Nothing is known of it any more.
    record Removed(InetAddress address) implements DeviceChange {}
}
