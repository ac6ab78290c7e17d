package org.o365relay.config.credentials;

import static java.nio.file.attribute.PosixFilePermission.GROUP_READ;
import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_READ;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.ValueParser;
import org.o365relay.config.values.FileContent;
import org.o365relay.config.values.TextValues;
import org.o365relay.mail.Secret;

/// Finds files with secrets, either in the directory of the configuration file or among the credentials that
/// systemd passes (`LoadCredential=`).
///
/// @param directory directory of the configuration file
/// @param areRead whether the files are read; if false, files are treated as valid and secrets as set. False
///     for operator commands, which may lack permission to read the files
public record SecretFiles(Path directory, Map<String, String> environment, boolean areRead) {

    /// Placeholder for secrets, used if [#areRead()] is false.
    static final Secret UNREAD = new Secret("");

    public static final String CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY"; // systemd.exec(5), LoadCredential=

    /// Parses a path. A relative path names a file in the credentials directory of systemd if that file exists,
    /// otherwise a file in [#directory()].
    ValueParser<Path> path() {
        ValueParser<Path> beside = FileContent.path(directory);
        return value -> beside.parse(value)
                .then(file -> TextValues.ANY
                        .parse(value)
                        .then(written ->
                                new Parsed.Ok<>(systemdCredential(written).orElse(file))));
    }

    /// Parses the path of a file. Unless [#areRead()] is false, the file must exist and be readable.
    public ValueParser<Path> readable() {
        return areRead ? path().then(file -> FileContent.read(file).then(_ -> new Parsed.Ok<>(file))) : path();
    }

    /// Parses the path of a PEM file. Unless [#areRead()] is false, it must contain at least one certificate.
    public ValueParser<Path> certificates() {
        return areRead ? path().then(FileContent::checkCertificates) : path();
    }

    /// Like [#readable()], but does not search the credentials directory of systemd.
    public ValueParser<Path> readableInDirectory() {
        return areRead ? FileContent.readable(directory) : FileContent.path(directory);
    }

    /// Like [#certificates()], but does not search the credentials directory of systemd.
    public ValueParser<Path> certificatesInDirectory() {
        return areRead ? FileContent.certificates(directory) : FileContent.path(directory);
    }

    /// Returns the secret in a file: its content without trailing line endings. The secret is read again when
    /// the file changes.
    ///
    /// @param what what the file contains, for example "password"
    static Parsed<Secret> secret(Path file, String what) {
        return FileContent.read(file).then(_ -> {
            try {
                Secret secret = Secret.inFile(file);
                return secret.reveal().isBlank()
                        ? new Parsed.Invalid<>("%s is empty; write the %s into it".formatted(file, what))
                        : new Parsed.Ok<>(secret);
            } catch (IOException e) {
                return new Parsed.Invalid<>("%s cannot be read: %s".formatted(file, e.getMessage()));
            }
        });
    }

    /// @return whether the group or other users can read or change the file; false for files in the credentials
    ///     directory, which systemd protects by other means
    public boolean isExposed(Path file) {
        boolean open = FileContent.grants(file, GROUP_READ, GROUP_WRITE, OTHERS_READ, OTHERS_WRITE);
        return open && systemdCredential().filter(file::startsWith).isEmpty();
    }

    private Optional<Path> systemdCredential(String name) {
        return systemdCredential()
                .filter(systemd -> !Path.of(name).isAbsolute())
                .map(systemd -> systemd.resolve(name))
                .filter(Files::exists);
    }

    private Optional<Path> systemdCredential() {
        return Optional.ofNullable(environment.get(CREDENTIALS_DIRECTORY))
                .filter(name -> !name.isBlank())
                .map(Path::of);
    }
}
