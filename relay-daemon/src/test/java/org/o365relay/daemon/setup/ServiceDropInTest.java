package org.o365relay.daemon.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The drop-in file and the unit file of the tarball agree.
final class ServiceDropInTest {

    private static final SystemPaths PATHS = SystemPaths.ofMachine();
    private static final Path UNIT = Path.of("../packaging/src/main/systemd").resolve(SystemPaths.UNIT);

    @Test
    void usesTheDirectoriesOfTheUnit() throws IOException {
        List<String> unit = Files.readAllLines(UNIT);

        assertThat(unit)
                .contains("ExecStart=/opt/o365-relay/bin/o365-relay run --config "
                        + PATHS.configuration().resolve(RelayConf.NAME))
                .contains("StateDirectory=" + Path.of("/var/lib").relativize(PATHS.data()))
                .contains("DynamicUser=yes", "User=o365-relay")
                .as("only the drop-in file names credentials")
                .noneMatch(line -> line.startsWith("LoadCredential=") || line.startsWith("#LoadCredential="));
        assertThat(String.join(" ", unit)).contains(SystemPaths.UNIT + ".d/" + ServiceDropIn.NAME);
    }

    @Test
    void passesEachSecretByTheNameThatTheConfigurationUses() {
        ServiceDropIn dropIn = new ServiceDropIn(PATHS, List.of(Path.of("/etc/o365-relay/50%")), PATHS.data(), 2525);

        assertThat(dropIn.text().lines()).contains("LoadCredential=50%:/etc/o365-relay/50%%");
        assertThat(dropIn.text()).doesNotContain("DynamicUser", "ReadWritePaths", "CAP_");
    }

    @Test
    void letsTheServiceOpenPort25() {
        ServiceDropIn dropIn = new ServiceDropIn(PATHS, List.of(), PATHS.data(), 25);

        assertThat(dropIn.text().lines())
                .contains("CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "AmbientCapabilities=CAP_NET_BIND_SERVICE");
    }

    @Test
    void letsTheServiceWriteToAnotherDataDirectory() {
        ServiceDropIn dropIn = new ServiceDropIn(PATHS, List.of(), Path.of("/srv/queue"), 2525);

        assertThat(dropIn.text().lines()).contains("DynamicUser=no", "ReadWritePaths=/srv/queue");
    }
}
