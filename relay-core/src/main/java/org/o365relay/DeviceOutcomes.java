package org.o365relay;

import java.util.Optional;
import org.o365relay.admit.Device;
import org.o365relay.admit.Devices;
import org.o365relay.journal.Event;
import org.o365relay.journal.Event.RecipientAttempt;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Arrival;

/// Counts delivered, failed and bounced recipients for each device.
record DeviceOutcomes(Devices devices) implements Journal {

    @Override
    public void record(Event event) {
        switch (event) {
            case Event.Delivered(RecipientAttempt attempt) ->
                sender(attempt.message().arrival()).ifPresent(device -> device.delivered(attempt.to()));
            case Event.Failed failed ->
                sender(failed.attempt().message().arrival()).ifPresent(device -> count(failed, device));
            case Event.Ndr ndr ->
                sender(ndr.arrival()).ifPresent(device -> device.reportedByNdr(ndr.to(), ndr.reason()));
            default -> {} // other events are not outcomes
        }
    }

    private static void count(Event.Failed failed, Device device) {
        if (failed.by().isEmpty()) {
            device.failed(failed.attempt().to(), failed.attempt().judged().reason());
        } else {
            device.bounced();
        }
    }

    /// @return the device that sent the message; empty if the relay itself created it, or the device is unknown
    private Optional<Device> sender(Arrival arrival) {
        return arrival.isLocal() ? Optional.empty() : devices.known(arrival.client());
    }
}
