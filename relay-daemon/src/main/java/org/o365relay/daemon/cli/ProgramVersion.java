package org.o365relay.daemon.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version of the program, such as `o365-relay 0.1.0 (Java 25.0.3)`.
public final class ProgramVersion implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }

    static String text() {
        return nameAndVersion() + " (Java " + System.getProperty("java.version") + ")";
    }

    /// @return the program and its version, such as `o365-relay 0.1.0`
    static String nameAndVersion() {
        return "o365-relay " + version();
    }

    /// @return the version, such as `0.1.0`
    static String version() {
        Properties properties = new Properties();
        try (InputStream in = ProgramVersion.class.getResourceAsStream("/org/o365relay/daemon/version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "unknown");
    }
}
