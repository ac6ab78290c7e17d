package org.o365relay.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretTest {

    @TempDir
    Path directory;

    @Test
    void reloadsTheFileWhenItChanges() throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), "first\r\n");
        Secret secret = Secret.inFile(file);
        assertThat(secret.reveal()).isEqualTo("first");
        Files.writeString(file, " second, longer \n\n");
        assertThat(secret.reveal()).isEqualTo(" second, longer ");
    }

    @Test
    void keepsItsValueWhileTheFileIsMissing() throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), "first");
        Secret secret = Secret.inFile(file);
        Files.delete(file);
        assertThat(secret.reveal()).isEqualTo("first");
        Files.writeString(file, "again");
        assertThat(secret.reveal()).isEqualTo("again");
    }

    @Test
    void requiresTheFileAtFirst() {
        assertThatThrownBy(() -> Secret.inFile(directory.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void hidesItsValueAndStaysEqualWhenTheFileChanges() throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), "first");
        Secret secret = Secret.inFile(file);
        Secret same = Secret.inFile(file);
        int hash = secret.hashCode();
        Files.writeString(file, "second");
        assertThat(secret).isEqualTo(same).hasToString("***").isNotEqualTo(new Secret("second"));
        assertThat(secret.hashCode()).isEqualTo(hash);
    }
}
