package org.o365relay.config.credentials;

import static java.nio.file.attribute.PosixFilePermission.OTHERS_READ;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.values.FileContent;
import org.o365relay.config.values.TextValues;
import org.o365relay.mail.Secret;

/// Reads a secret from its key (`password`) or from a file (`password-file`). Reported problems never contain
/// the secret.
///
/// @param variable environment variable to suggest if the secret is missing
public record SecretReader(Section section, String key, String variable, SecretFiles files) {

    /// Creates a reader that suggests a variable named after the key, for example `RELAY_PASSWORD`.
    SecretReader(Section section, String key, SecretFiles files) {
        this(section, key, "RELAY_" + key.toUpperCase(Locale.ROOT).replace('-', '_'), files);
    }

    /// @return the secret; a placeholder if secrets are not read and it is set or refers to a variable; empty
    ///     if it is not set or cannot be read
    public Optional<Secret> read() {
        if (section.configured(key).isPresent() && section.configured(fileKey()).isPresent()) {
            section.reportProblem(fileKey(), "%s is set as well; remove one of the two".formatted(key));
        }
        if (!files.areRead()) {
            return isSet() || section.referencedVariable(key).isPresent()
                    ? Optional.of(SecretFiles.UNREAD)
                    : Optional.empty();
        }
        Optional<Secret> direct = section.optional(key, TextValues.SECRET);
        direct.ifPresent(secret -> reportReadableConfiguration());
        return direct.or(() -> section.optional(fileKey(), files.path().then(this::fromFile)));
    }

    /// @return whether the key of the secret or the key of its file is set
    public boolean isSet() {
        return section.configured(key).isPresent()
                || section.configured(fileKey()).isPresent();
    }

    /// Reports a missing secret. Does nothing if secrets are not read.
    public void reportMissing() {
        if (!files.areRead()) {
            return;
        }
        section.referencedVariable(key)
                .ifPresentOrElse(
                        name -> section.reportProblem(
                                key,
                                "the environment variable %s is not set; set it, or use %s".formatted(name, fileKey())),
                        () -> section.reportProblem(
                                key,
                                "is missing; use %s = ${?%s} and set that environment variable, or use %s"
                                        .formatted(key, variable, fileKey())));
    }

    private String fileKey() {
        return key + "-file";
    }

    private Parsed<Secret> fromFile(Path file) {
        if (files.isExposed(file)) {
            section.reportWarning(fileKey(), "%s can be read by other users; run: chmod 600 %s".formatted(file, file));
        }
        return SecretFiles.secret(file, key.replace('-', ' '));
    }

    private void reportReadableConfiguration() {
        section.configured(key)
                .filter(setting -> setting.value().origin().filename() != null)
                .map(setting -> Path.of(section.source().position(setting).file()))
                .filter(file -> FileContent.grants(file, OTHERS_READ, OTHERS_WRITE))
                .ifPresent(file -> section.reportWarning(
                        key,
                        "all users of this machine can read it; run: chmod o-rw %s, or use %s"
                                .formatted(file.getFileName(), fileKey())));
    }
}
