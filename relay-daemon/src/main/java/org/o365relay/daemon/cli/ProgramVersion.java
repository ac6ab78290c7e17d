package org.o365relay.daemon.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.o365relay.daemon.Main;
import picocli.CommandLine.IVersionProvider;

/// `o365-relay 0.1.0 (Java 25.0.3)`.
final class ProgramVersion implements IVersionProvider {

    @Override
    public String[] getVersion() throws IOException {
        return new String[] {"o365-relay " + version() + " (Java " + System.getProperty("java.version") + ")"};
    }

    private static String version() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        }
        return properties.getProperty("version", "unknown");
    }
}
