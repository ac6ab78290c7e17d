package org.o365relay.admit;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.o365relay.mail.DeviceChange;
import org.o365relay.mail.DeviceChanges;

/// The devices that have changed since they were written, those that changed first in front.
///
/// Called by devices that hold their own lock; so it never asks for one while it holds its own.
final class DirtyDevices implements DeviceChanges {

    private final Set<Device> changed = new LinkedHashSet<>();
    private final Set<Device> urgent = new LinkedHashSet<>();
    private final Set<InetAddress> forgotten = new LinkedHashSet<>();

    // given, and not said to be written
    private final Set<Device> changedUnderway = new LinkedHashSet<>();
    private final Set<Device> urgentUnderway = new LinkedHashSet<>();
    private final Set<InetAddress> forgottenUnderway = new LinkedHashSet<>();

    /// Its record is to be written, some time soon.
    synchronized void changed(Device device) {
        changed.add(device);
    }

    /// Its spending is to be written with whatever is written next.
    synchronized void urgent(Device device) {
        urgent.add(device);
    }

    /// It is to be written no more.
    ///
    /// @param known whether something of it may have been written
    synchronized void forget(Device device, boolean known) {
        changed.remove(device);
        urgent.remove(device);
        if (known) {
            forgotten.add(device.address());
        }
    }

    @Override
    public synchronized boolean isPending() {
        return !(changed.isEmpty()
                && urgent.isEmpty()
                && forgotten.isEmpty()
                && changedUnderway.isEmpty()
                && urgentUnderway.isEmpty()
                && forgottenUnderway.isEmpty());
    }

    @Override
    public List<DeviceChange> next(int most) {
        List<DeviceChange> changes = new ArrayList<>();
        List<Device> whole;
        List<Device> spending;
        synchronized (this) {
            if (!isPending()) {
                return List.of();
            }
            take(most);
            forgottenUnderway.forEach(address -> changes.add(new DeviceChange.Forgotten(address)));
            whole = List.copyOf(changedUnderway);
            spending = List.copyOf(urgentUnderway);
        }
        whole.forEach(device -> device.change(true).ifPresent(changes::add));
        spending.forEach(device -> device.change(false).ifPresent(changes::add));
        return changes;
    }

    private void take(int most) {
        Iterator<Device> waiting = changed.iterator();
        while (changedUnderway.size() < most && waiting.hasNext()) {
            changedUnderway.add(waiting.next());
            waiting.remove();
        }
        urgentUnderway.addAll(urgent);
        urgent.clear();
        urgentUnderway.removeAll(changedUnderway);
        forgottenUnderway.addAll(forgotten);
        forgotten.clear();
    }

    @Override
    public void written() {
        List<Device> devices;
        synchronized (this) {
            devices = new ArrayList<>(changedUnderway);
            devices.addAll(urgentUnderway);
            changedUnderway.clear();
            urgentUnderway.clear();
            forgottenUnderway.clear();
        }
        devices.forEach(Device::written);
    }
}
