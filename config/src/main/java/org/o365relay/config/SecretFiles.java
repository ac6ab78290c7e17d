package org.o365relay.config;

import static java.nio.file.attribute.PosixFilePermission.GROUP_READ;
import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_READ;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.Secret;

/// Files nobody else should read: next to the configuration, or handed over by the service manager.
///
/// @param directory of the configuration file
/// @param areOpened whether they are looked into. Somebody who only asks a relay that runs may not be able to, and
///     need not: then files are taken for right, and secrets for given
record SecretFiles(Path directory, Map<String, String> environment, boolean areOpened) {

    /// Stands for one that is nobody's business.
    static final Secret UNSEEN = new Secret("");

    static final String SYSTEMD = "CREDENTIALS_DIRECTORY"; // systemd.exec(5), LoadCredential=

    /// A relative path is looked for among the service manager's credentials first.
    ValueParser<Path> path() {
        ValueParser<Path> beside = FileContent.path(directory);
        return value -> beside.parse(value)
                .then(file -> TextValues.ANY
                        .parse(value)
                        .then(written -> new Parsed.Ok<>(handedOver(written).orElse(file))));
    }

    /// A file that is there and may be read.
    ValueParser<Path> readable() {
        return areOpened ? path().then(file -> FileContent.read(file).then(_ -> new Parsed.Ok<>(file))) : path();
    }

    /// A PEM file with at least one certificate.
    ValueParser<Path> certificates() {
        return areOpened ? path().then(FileContent::checkCertificates) : path();
    }

    /// As [#readable()], next to the configuration only.
    ValueParser<Path> readableBeside() {
        return areOpened ? FileContent.readable(directory) : FileContent.path(directory);
    }

    /// As [#certificates()], next to the configuration only.
    ValueParser<Path> certificatesBeside() {
        return areOpened ? FileContent.certificates(directory) : FileContent.path(directory);
    }

    /// What a file holds, but for the line end after it; read anew when the file changes.
    ///
    /// @param what for example "password"
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

    /// @return whether others can read or change it; systemd keeps them out by other means than the file's mode
    boolean isExposed(Path file) {
        boolean open = FileContent.grants(file, GROUP_READ, GROUP_WRITE, OTHERS_READ, OTHERS_WRITE);
        return open && handedOver().filter(file::startsWith).isEmpty();
    }

    private Optional<Path> handedOver(String name) {
        return handedOver()
                .filter(systemd -> !Path.of(name).isAbsolute())
                .map(systemd -> systemd.resolve(name))
                .filter(Files::exists);
    }

    private Optional<Path> handedOver() {
        return Optional.ofNullable(environment.get(SYSTEMD))
                .filter(name -> !name.isBlank())
                .map(Path::of);
    }
}
