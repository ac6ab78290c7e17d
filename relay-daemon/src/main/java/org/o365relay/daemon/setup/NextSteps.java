package org.o365relay.daemon.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Lists the files that setup wrote and the steps that the admin must still take.
final class NextSteps {

    private final ConfigDirectory directory;
    private final SetupAnswers answers;
    private final DeliveryMethod method;
    private final List<String> secrets;
    private final SystemPaths paths;
    private final Optional<ServiceDropIn> dropIn;
    private final List<String> lines = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private int steps;

    /// @param secrets names of the secret files, which may still be empty
    /// @param dropIn drop-in file for the systemd unit; empty if the relay is not set up as a service
    NextSteps(
            ConfigDirectory directory,
            SetupAnswers answers,
            List<String> secrets,
            SystemPaths paths,
            Optional<ServiceDropIn> dropIn) {
        this.directory = directory;
        this.answers = answers;
        this.method = answers.method();
        this.secrets = List.copyOf(secrets);
        this.paths = paths;
        this.dropIn = dropIn;
    }

    List<String> lines() throws IOException {
        lines.add("");
        lines.add("Files written:");
        addFiles();
        lines.add("");
        lines.add("Next steps:");
        addTenantSteps();
        addLocalSteps();
        addStart();
        addNotes();
        return lines;
    }

    /// @return what is still missing for the configuration to pass the check; call this after [#lines()]
    List<String> missing() {
        return missing;
    }

    private void addFiles() throws IOException {
        file(path(RelayConf.NAME), "the configuration");
        if (method.isMicrosoft()) {
            file(path(AdminScript.NAME), "the script for an administrator of the tenant");
        }
        for (String secret : secrets) {
            file(path(secret), "readable only by its owner" + (directory.hasContent(secret) ? "" : "; still empty"));
        }
        if (method.hasCertificate()) {
            file(path(AppCertificate.CERTIFICATE_FILE), "the certificate without its private key, to upload");
        }
        dropIn.ifPresent(written ->
                file(paths.dropIns().resolve(ServiceDropIn.NAME), "passes the secrets to the systemd service"));
    }

    private void addTenantSteps() {
        if (method.isMicrosoft()) {
            step(
                    (method.hasCertificate() ? "Give these files" : "Give this file")
                            + " to an administrator of the tenant, who reviews the script and",
                    "runs it in PowerShell. Changes can take an hour to take effect.",
                    "  " + path(AdminScript.NAME));
            if (method.hasCertificate()) {
                continueStep("  " + path(AppCertificate.CERTIFICATE_FILE));
            }
        }
        if (method.needsAppRegistration()
                && answers.text(SetupQuestion.CLIENT_ID).isEmpty()) {
            boolean expiry = method.hasClientSecret()
                    && answers.text(SetupQuestion.SECRET_EXPIRES).isEmpty();
            step(
                    "Put the client-id" + (expiry ? " and the client-secret-expires" : "")
                            + " that the script prints into",
                    "  " + path(RelayConf.NAME));
            missing.add("the client-id");
        }
    }

    private void addLocalSteps() throws IOException {
        for (String secret : secrets) {
            if (!directory.hasContent(secret)) {
                step("Write the " + secret.replace('-', ' ') + " to " + path(secret) + ".");
                missing.add("the " + secret.replace('-', ' '));
            }
        }
        addNamedFiles();
        answers.text(SetupQuestion.ALERT_COMMAND)
                .filter(program -> !Files.isExecutable(Path.of(program)))
                .ifPresent(program -> step("Create the program for alerts, executable: " + program));
        if (dropIn.filter(ServiceDropIn::requiresUser).isPresent()) {
            step(
                    "Create the user of the service and its data directory:",
                    "  useradd --system --no-create-home --shell /usr/sbin/nologin o365-relay",
                    "  install -d -o o365-relay -m 0700 " + answers.dataDirectory());
        }
        if (method == DeliveryMethod.DEVICE_CODE) {
            addLogin();
        }
    }

    private void addNamedFiles() {
        List<String> absent = answers.namedFiles().stream()
                .map(file -> path(file).toString())
                .filter(file -> !Files.exists(Path.of(file)))
                .toList();
        if (!absent.isEmpty()) {
            step("Put the missing PEM files in place; only root or the relay's user may read the key:");
            absent.forEach(file -> continueStep("  " + file));
            missing.addAll(absent);
        }
        List<String> absolute = answers.namedFiles().stream()
                .filter(file -> Path.of(file).isAbsolute())
                .toList();
        if (dropIn.isPresent() && !absolute.isEmpty()) {
            step("The user of the service must be able to read these files. If it is not, move them to");
            continueStep(paths.configuration() + " and run setup again with their names only:");
            absolute.forEach(file -> continueStep("  " + file));
        }
    }

    private void addLogin() {
        missing.add("the sign-in");
        if (dropIn.isEmpty()) {
            step("Sign in once: o365-relay login --config " + path(RelayConf.NAME));
            return;
        }
        step(
                "Sign in once, as the user of the service:",
                "  systemd-run --pty -p User=o365-relay"
                        + (dropIn.get().requiresUser() ? "" : " -p DynamicUser=yes -p StateDirectory=o365-relay")
                        + " \\",
                "      -p LoadCredential=token-key:" + path(SetupSecretFile.TOKEN_KEY.file()) + " \\",
                "      /opt/o365-relay/bin/o365-relay login --config " + path(RelayConf.NAME));
    }

    private void addStart() {
        step("Check the configuration: o365-relay check --config " + path(RelayConf.NAME));
        if (dropIn.isEmpty()) {
            step("Start the relay: o365-relay run --config " + path(RelayConf.NAME));
            return;
        }
        if (!paths.hasUnit()) {
            step("Copy systemd/" + SystemPaths.UNIT + " of the tarball to " + paths.units() + "/.");
        }
        step("Start the service:", "  systemctl daemon-reload", "  systemctl enable --now o365-relay");
    }

    private void addNotes() {
        method.warning().ifPresent(this::note);
        boolean admin = answers.text(SetupQuestion.ADMIN).isPresent();
        boolean otherwise = Stream.of(SetupQuestion.WEBHOOK, SetupQuestion.ALERT_SERVER, SetupQuestion.ALERT_COMMAND)
                .anyMatch(question -> answers.text(question).isPresent());
        if (!admin && !otherwise) {
            note("no one is notified when mail stops, because there is no address, no webhook and no program for"
                    + " alerts. They appear in the log and in \"o365-relay status\". See docs/alerts.md.");
        } else if (!otherwise) {
            note("while the only mailbox cannot send, no alert reaches "
                    + answers.text(SetupQuestion.ADMIN).orElseThrow()
                    + ": add a webhook, another mail server or a program (docs/alerts.md), or let your monitoring run"
                    + " \"o365-relay status --check\".");
        }
    }

    private void file(Path file, String description) {
        lines.add("  " + file + "   " + description);
    }

    private void step(String first, String... more) {
        lines.add("  " + ++steps + ". " + first);
        for (String line : more) {
            continueStep(line);
        }
    }

    private void continueStep(String text) {
        lines.add("     " + text);
    }

    private void note(String text) {
        lines.add("");
        lines.addAll(SetupText.wrapped("Note: " + text));
    }

    private Path path(String file) {
        return directory.path(file);
    }
}
