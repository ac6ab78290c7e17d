package org.o365relay.daemon;

import org.o365relay.daemon.cli.CommandLines;
import org.o365relay.daemon.cli.SandboxCommand;

/// The program.
public final class Main {

    private static final String LOGGING = "logback.configurationFile";

    private Main() {}

    /// Ends the JVM with one of the exit codes that `--help` lists.
    public static void main(String[] arguments) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "org/o365relay/daemon/logback-default.xml");
        }
        System.exit(CommandLines.of(new SandboxCommand()).execute(arguments));
    }
}
