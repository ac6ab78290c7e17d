package org.o365relay.mail;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A password or key. Only [#reveal()] shows it; never pass the result to a log or an error.
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

    /// A secret that is read from a file, and read anew whenever the file has changed. Line ends at the end do
    /// not belong to it. While the file cannot be read, the secret is what it last was.
    ///
    /// @throws IOException if the file cannot be read now
    public static Secret inFile(Path file) throws IOException {
        return new Secret(new SecretFile(file));
    }

    /// @return the secret itself
    public String reveal() {
        return file == null ? value : file.value();
    }

    /// @return whether they are the same words, or the same file
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
