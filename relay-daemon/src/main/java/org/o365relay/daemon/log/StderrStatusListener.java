package org.o365relay.daemon.log;

import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusListener;
import java.io.PrintStream;

/// Prints Logback's own warnings and errors, such as a mistake in its configuration file, to standard error. By
/// default Logback prints them to standard output, where they would mix with the output of commands.
public final class StderrStatusListener implements StatusListener {

    private final PrintStream stream;

    /// Called by Logback, which creates the listener by its class name.
    public StderrStatusListener() {
        this(System.err);
    }

    StderrStatusListener(PrintStream stream) {
        this.stream = stream;
    }

    @Override
    public void addStatusEvent(Status status) {
        if (status.getEffectiveLevel() >= Status.WARN) {
            stream.println("logback: " + status);
        }
    }

    @Override
    public boolean isResetResistant() {
        return true;
    }
}
