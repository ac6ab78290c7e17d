package org.o365relay.daemon.setup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The drop-in file for the systemd unit: passes the secrets to the service, whose user cannot read them. If
/// needed, it also lets the service open a port below 1024, and write to a data directory other than the unit's.
///
/// @param secrets absolute paths of the files that `relay.conf` names without a directory
/// @param dataDirectory the relay's data directory
/// @param port the port that the relay opens
record ServiceDropIn(SystemPaths paths, List<Path> secrets, Path dataDirectory, int port) {

    static final String NAME = "setup.conf";

    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    ServiceDropIn {
        secrets = List.copyOf(secrets);
    }

    /// @return whether the unit's dynamic user cannot own the data directory, so that a user must be created
    boolean requiresUser() {
        return !dataDirectory.equals(paths.data());
    }

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("# Written by \"o365-relay setup\".");
        lines.add("[Service]");
        if (!secrets.isEmpty()) {
            lines.add("# Only root and the service can read these files. relay.conf names them without a directory.");
        }
        secrets.forEach(file -> lines.add("LoadCredential=" + file.getFileName() + ":" + escaped(file)));
        if (port < FIRST_UNPRIVILEGED_PORT) {
            lines.add("# For port " + port + ".");
            lines.add("CapabilityBoundingSet=CAP_NET_BIND_SERVICE");
            lines.add("AmbientCapabilities=CAP_NET_BIND_SERVICE");
        }
        if (requiresUser()) {
            lines.add("# The data directory is not the one that systemd creates for a dynamic user.");
            lines.add("DynamicUser=no");
            lines.add("ReadWritePaths=" + escaped(dataDirectory));
        }
        return lines.stream().collect(Collectors.joining("\n", "", "\n"));
    }

    /// systemd.unit(5): `%` introduces a specifier.
    private static String escaped(Path path) {
        return path.toString().replace("%", "%%");
    }
}
