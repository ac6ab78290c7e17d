package org.o365relay.daemon.setup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Lists the files that setup wrote and the steps that the admin must still take.
final class NextSteps {

    private final ConfigDirectory directory;
    private final SetupAnswers answers;
    private final SubmissionMethod method;
    private final List<String> secrets;
    private final List<String> lines = new ArrayList<>();
    private int steps;

    /// @param secrets names of the secret files, which may still be empty
    NextSteps(ConfigDirectory directory, SetupAnswers answers, List<String> secrets) {
        this.directory = directory;
        this.answers = answers;
        this.method = answers.method();
        this.secrets = List.copyOf(secrets);
    }

    List<String> lines() throws IOException {
        lines.add("");
        lines.add("Files written:");
        addFiles();
        lines.add("");
        lines.add("Next steps:");
        addTenantSteps();
        addLocalSteps();
        return lines;
    }

    private void addFiles() throws IOException {
        file(RelayConf.NAME, "the configuration");
        if (method.isMicrosoft()) {
            file(AdminScript.NAME, "the script for an administrator of the tenant");
        }
        for (String secret : secrets) {
            file(secret, "readable only by its owner" + (directory.hasContent(secret) ? "" : "; still empty"));
        }
        if (method.hasCertificate()) {
            file(AppCertificate.CERTIFICATE_FILE, "the certificate without its private key, to upload");
        }
    }

    private void addTenantSteps() {
        if (method == SubmissionMethod.PASSWORD) {
            step("Plan the move to OAuth (docs/password.md): Microsoft disables passwords for SMTP at the end of");
            continueStep("December 2026, unless an admin enables them again, and later permanently.");
        }
        if (method.isMicrosoft()) {
            step("Give " + path(AdminScript.NAME)
                    + (method.hasCertificate() ? " and " + path(AppCertificate.CERTIFICATE_FILE) : "")
                    + " to an administrator");
            continueStep(
                    "of the tenant, who reviews and runs it in PowerShell. Changes can take an hour to take effect.");
        }
        if (method.hasRegistration() && answers.text(SetupQuestion.CLIENT_ID).isEmpty()) {
            step("Put the client-id that the script prints into " + path(RelayConf.NAME) + ".");
        }
    }

    private void addLocalSteps() throws IOException {
        for (String secret : secrets) {
            if (!directory.hasContent(secret)) {
                step("Write the " + secret.replace('-', ' ') + " to " + path(secret) + ".");
            }
        }
        if (method == SubmissionMethod.DEVICE_CODE) {
            step("Sign in once: o365-relay login --config " + path(RelayConf.NAME));
        }
        if (!secrets.isEmpty()) {
            step("For the systemd service, run systemctl edit o365-relay and add to [Service]:");
            secrets.forEach(secret -> continueStep("LoadCredential=" + secret + ":" + absolute(secret)));
        }
        step("Check the configuration: o365-relay check --config " + path(RelayConf.NAME));
    }

    private void file(String name, String description) {
        lines.add("  " + path(name) + "   " + description);
    }

    private void step(String text) {
        lines.add("  " + ++steps + ". " + text);
    }

    private void continueStep(String text) {
        lines.add("     " + text);
    }

    private Path path(String file) {
        return directory.path(file);
    }

    private Path absolute(String file) {
        return path(file).toAbsolutePath().normalize();
    }
}
