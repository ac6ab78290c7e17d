package org.o365relay.config.values;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.config.hocon.Parsed;

class FileContentTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void reportsMissingPermissions() {
        Path file = Path.of("/etc/o365-relay/relay.conf");

        assertThat(FileContent.failure(file, new AccessDeniedException(file.toString())))
                .isEqualTo(file + " is not readable by this user; correct its permissions");
    }

    @Test
    void rejectsAFileWithoutACertificate() throws IOException {
        Path file = Files.writeString(directory.resolve("ca.pem"), "");

        assertThat(FileContent.certificates(directory).parse(ConfigValueFactory.fromAnyRef("ca.pem")))
                .isEqualTo(new Parsed.Invalid<>(
                        file + " contains no certificate; it must be a PEM file (-----BEGIN CERTIFICATE-----)"));
    }

    @Test
    void rejectsADamagedCertificateFile() throws IOException {
        Path file = Files.writeString(
                directory.resolve("ca.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        assertThat(FileContent.certificates(directory).parse(ConfigValueFactory.fromAnyRef("ca.pem")))
                .isEqualTo(new Parsed.Invalid<>(
                        file + " cannot be read as certificates; it must be a PEM file (-----BEGIN CERTIFICATE-----)"));
    }

    @Test
    void rejectsAFileThatIsTooLarge() throws IOException {
        Path file = Files.write(directory.resolve("large"), new byte[(1 << 20) + 1]);

        assertThat(FileContent.read(file))
                .isEqualTo(new Parsed.Invalid<>(file + " is larger than 1 MiB; check the path"));
    }
}
