package org.o365relay.daemon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.List;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.sqlite.ReadOnlyQueue;
import org.slf4j.LoggerFactory;

/// Reads the device counters from the queue, even while a relay is running.
final class DeviceRecords {

    private DeviceRecords() {}

    static List<DeviceRecord> read(QueueSettings queue) throws QueueUnavailableException {
        silenceQueueLog();
        return new ReadOnlyQueue(queue.directory()).devices();
    }

    /// Disables the log messages of the queue, such as those about damaged rows, which would appear in the
    /// output of the command. The running relay logs the damage.
    static void silenceQueueLog() {
        if (LoggerFactory.getLogger("org.o365relay.queue") instanceof Logger logger) {
            logger.setLevel(Level.OFF);
        }
    }
}
