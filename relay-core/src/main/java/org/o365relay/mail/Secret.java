package org.o365relay.mail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A password or key. Only [#reveal()] returns its value; never pass the value to a log or an error message.
public final class Secret {

    private final String value;
    private final @Nullable SecretFile file;

    public Secret(String value) {
        this.value = value;
        this.file = null;
    }

    private Secret(SecretFile file) {
        this.value = "";
        this.file = file;
    }

    /// A secret in a file, reloaded when the file changes. Trailing line endings are ignored. While the file
    /// cannot be read, the previous value remains in use.
    ///
    /// @throws IOException if the file cannot be read now
    public static Secret inFile(Path file) throws IOException {
        return new Secret(new SecretFile(file));
    }

    /// @return the secret itself
    public String reveal() {
        return file == null ? value : file.value();
    }

    /// @return the file that contains the secret; empty if it is not in a file of its own
    public Optional<Path> file() {
        return Optional.ofNullable(file).map(SecretFile::path);
    }

    /// @return whether both secrets have the same value, or are in the same file
    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret
                && (file == null
                        ? secret.file == null && secret.value.equals(value)
                        : secret.file != null && secret.file.path().equals(file.path()));
    }

    @Override
    public int hashCode() {
        return file == null ? value.hashCode() : file.path().hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
