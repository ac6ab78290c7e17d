package org.o365relay.daemon.setup;

import java.nio.file.Files;
import java.nio.file.Path;

/// The directories of an installation as a systemd service.
///
/// @param configuration directory of `relay.conf`
/// @param data data directory
/// @param units directory of unit files
/// @param root whether this process runs as root
public record SystemPaths(Path configuration, Path data, Path units, boolean root) {

    static final String UNIT = "o365-relay.service";

    /// @return the directories of this machine, which are those of the unit file
    public static SystemPaths ofMachine() {
        return new SystemPaths(
                Path.of("/etc/o365-relay"),
                Path.of("/var/lib/o365-relay"),
                Path.of("/etc/systemd/system"),
                "root".equals(System.getProperty("user.name")));
    }

    /// @return the directory for the files if the user names none: the current one, except for root or if the
    ///     configuration directory is writable
    Path defaultConfiguration() {
        boolean writable = Files.isDirectory(configuration) && Files.isWritable(configuration);
        return root || writable ? configuration : Path.of("");
    }

    boolean isConfiguration(Path directory) {
        return directory.toAbsolutePath().normalize().equals(configuration);
    }

    /// @return the default data directory for a configuration directory
    Path dataFor(Path directory) {
        return isConfiguration(directory)
                ? data
                : directory.toAbsolutePath().normalize().resolve("data");
    }

    /// @return whether the files in the directory are those of a systemd service
    boolean isServiceIn(Path directory) {
        return isConfiguration(directory) && Files.isDirectory(units);
    }

    boolean hasUnit() {
        return Files.exists(units.resolve(UNIT));
    }

    /// @return the directory for drop-in files of the unit
    Path dropIns() {
        return units.resolve(UNIT + ".d");
    }
}
