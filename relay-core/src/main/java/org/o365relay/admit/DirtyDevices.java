package org.o365relay.admit;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.o365relay.mail.DeviceChange;
import org.o365relay.mail.DeviceChanges;

/// The devices with changes that have not been written to disk yet, oldest change first.
///
/// Lock order: device, then this object. This object calls no synchronized method of a device while holding
/// its own lock.
final class DirtyDevices implements DeviceChanges {

    private final Set<Device> changed = new LinkedHashSet<>();
    private final Set<Device> usageChanged = new LinkedHashSet<>();
    private final Set<InetAddress> evicted = new LinkedHashSet<>();

    // passed to the writer, but not yet confirmed as written
    private final Set<Device> changedInFlight = new LinkedHashSet<>();
    private final Set<Device> usageChangedInFlight = new LinkedHashSet<>();
    private final Set<InetAddress> evictedInFlight = new LinkedHashSet<>();

    /// Schedules the full record of the device for writing.
    synchronized void changed(Device device) {
        changed.add(device);
    }

    /// Schedules the usage of the device for writing.
    synchronized void usageChanged(Device device) {
        usageChanged.add(device);
    }

    /// Discards the pending changes of an evicted device.
    ///
    /// @param stored whether the record of the device may be on disk and must be deleted there
    synchronized void evict(Device device, boolean stored) {
        changed.remove(device);
        usageChanged.remove(device);
        if (stored) {
            evicted.add(device.address());
        }
    }

    @Override
    public synchronized boolean isPending() {
        return !(changed.isEmpty()
                && usageChanged.isEmpty()
                && evicted.isEmpty()
                && changedInFlight.isEmpty()
                && usageChangedInFlight.isEmpty()
                && evictedInFlight.isEmpty());
    }

    @Override
    public List<DeviceChange> next(int max) {
        List<DeviceChange> changes = new ArrayList<>();
        List<Device> full;
        List<Device> usageOnly;
        synchronized (this) {
            if (!isPending()) {
                return List.of();
            }
            startWriting(max);
            evictedInFlight.forEach(address -> changes.add(new DeviceChange.Removed(address)));
            full = List.copyOf(changedInFlight);
            usageOnly = List.copyOf(usageChangedInFlight);
        }
        full.forEach(device -> device.change(true).ifPresent(changes::add));
        usageOnly.forEach(device -> device.change(false).ifPresent(changes::add));
        return changes;
    }

    private void startWriting(int max) {
        Iterator<Device> waiting = changed.iterator();
        while (changedInFlight.size() < max && waiting.hasNext()) {
            changedInFlight.add(waiting.next());
            waiting.remove();
        }
        usageChangedInFlight.addAll(usageChanged);
        usageChanged.clear();
        usageChangedInFlight.removeAll(changedInFlight);
        evictedInFlight.addAll(evicted);
        evicted.clear();
    }

    @Override
    public void written() {
        List<Device> devices;
        synchronized (this) {
            devices = new ArrayList<>(changedInFlight);
            devices.addAll(usageChangedInFlight);
            changedInFlight.clear();
            usageChangedInFlight.clear();
            evictedInFlight.clear();
        }
        devices.forEach(Device::written);
    }
}
