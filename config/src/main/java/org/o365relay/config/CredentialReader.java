package org.o365relay.config;

import static java.nio.file.attribute.PosixFilePermission.GROUP_READ;
import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_READ;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.o365relay.identity.Credential;
import org.o365relay.mail.Secret;

/// The section `credential` of a mailbox. No message quotes a password.
record CredentialReader(Section credential, Path directory, Map<String, String> environment) {

    private static final String PASSWORD = "password";
    private static final String PASSWORD_FILE = "password-file";

    private enum Type {
        PASSWORD,
        NONE
    }

    /// @param address the usual user name; empty if it is wrong
    /// @return empty if something is wrong or missing
    Optional<Credential> read(Optional<String> address) {
        Optional<String> username = credential.optional("username", Text.ANY).or(() -> address);
        Optional<Secret> password = password();
        return signsIn()
                ? username.flatMap(name -> password.map(secret -> new Credential.Password(name, secret)))
                : Optional.of(new Credential.None());
    }

    boolean signsIn() {
        return credential.value("type", Text.oneOf(Type.class)) == Type.PASSWORD;
    }

    void reportMissingSignIn() {
        credential.problem("type", "Exchange Online takes mail only after signing in; use type = password");
    }

    private Optional<Secret> password() {
        boolean written = credential.written(PASSWORD).isPresent();
        boolean inFile = credential.written(PASSWORD_FILE).isPresent();
        if (written && inFile) {
            credential.problem(PASSWORD_FILE, "there is a password as well; keep one of the two");
        } else if (!written && !inFile && signsIn()) {
            reportMissing();
        } else if (!signsIn() && (written || inFile)) {
            credential.warning(written ? PASSWORD : PASSWORD_FILE, "is not used with type = none; remove it");
        }
        Optional<Secret> direct = credential.optional(PASSWORD, Text.SECRET);
        direct.ifPresent(secret -> reportReadableConfiguration());
        return direct.or(() ->
                credential.optional(PASSWORD_FILE, FileContent.path(directory).then(this::fromFile)));
    }

    private void reportMissing() {
        Optional<String> variable = credential.unsetVariable(PASSWORD);
        variable.ifPresentOrElse(
                name -> credential.problem(
                        PASSWORD,
                        "the environment variable %s is not set; set it, or name a file with password-file"
                                .formatted(name)),
                () -> credential.problem(
                        PASSWORD,
                        "is missing; use password = ${?RELAY_PASSWORD} and set that environment variable, "
                                + "or name a file with password-file"));
    }

    private Parsed<Secret> fromFile(Path file) {
        return FileContent.read(file).then(content -> {
            String text = new String(content, StandardCharsets.UTF_8).replaceFirst("(\r?\n)+$", "");
            reportReadable(file);
            return text.isBlank()
                    ? new Parsed.Bad<>(file + " is empty; write the password into it")
                    : new Parsed.Good<>(new Secret(text));
        });
    }

    private void reportReadable(Path file) {
        boolean exposed = FileContent.grants(file, GROUP_READ, GROUP_WRITE, OTHERS_READ, OTHERS_WRITE);
        if (exposed && !isHandedOverBySystemd(file)) {
            credential.warning(PASSWORD_FILE, "%s can be read by others; do chmod 600 %s".formatted(file, file));
        }
    }

    /// systemd keeps others out by other means than the file's mode (systemd.exec(5), LoadCredential=).
    private boolean isHandedOverBySystemd(Path file) {
        return Optional.ofNullable(environment.get("CREDENTIALS_DIRECTORY"))
                .filter(systemd -> file.startsWith(Path.of(systemd)))
                .isPresent();
    }

    private void reportReadableConfiguration() {
        credential
                .written(PASSWORD)
                .filter(setting -> setting.value().origin().filename() != null)
                .map(setting -> Path.of(credential.source().place(setting).file()))
                .filter(file -> FileContent.grants(file, OTHERS_READ, OTHERS_WRITE))
                .ifPresent(file -> credential.warning(
                        PASSWORD,
                        "everybody on this machine can read it; do chmod o-rw %s, or use password-file"
                                .formatted(file.getFileName())));
    }
}
