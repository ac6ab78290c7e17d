package org.o365relay.daemon.setup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What was written, and what somebody has to do now.
final class NextSteps {

    private final ConfigDirectory folder;
    private final SetupAnswers answers;
    private final List<String> secrets;
    private final List<String> lines = new ArrayList<>();
    private int steps;

    /// @param secrets files that only their owner may read
    NextSteps(ConfigDirectory folder, SetupAnswers answers, List<String> secrets) {
        this.folder = folder;
        this.answers = answers;
        this.secrets = List.copyOf(secrets);
    }

    List<String> lines() throws IOException {
        SubmissionMethod way = answers.method();
        lines.add("");
        lines.add("Written:");
        file(RelayConf.NAME, "the configuration");
        if (way.isMicrosoft()) {
            file(AdminScript.NAME, "what an administrator of the tenant runs");
        }
        for (String secret : secrets) {
            file(secret, "for its owner only" + (folder.hasContent(secret) ? "" : "; still empty"));
        }
        if (way.hasCertificate()) {
            file(AppCertificate.PUBLIC, "the certificate without its key, for the upload");
        }
        lines.add("");
        lines.add("What to do now:");
        if (way == SubmissionMethod.PASSWORD) {
            step(
                    "Mind the end: Microsoft switches passwords for SMTP off at the end of December 2026, unless an admin");
            more("switches them on again, and for good later: docs/password.md says how to move to OAuth.");
        }
        if (way.isMicrosoft()) {
            step("Give " + name(AdminScript.NAME) + (way.hasCertificate() ? " and " + name(AppCertificate.PUBLIC) : "")
                    + " to an administrator");
            more("of the tenant, who reads and runs it in PowerShell. It can take an hour until it counts.");
        }
        if (way.hasRegistration() && answers.text(SetupQuestion.CLIENT_ID).isEmpty()) {
            step("Put the client-id that the script shows into " + name(RelayConf.NAME) + ".");
        }
        for (String secret : secrets) {
            if (!folder.hasContent(secret)) {
                step("Write the " + secret.replace('-', ' ') + " into " + name(secret) + ".");
            }
        }
        if (way == SubmissionMethod.DEVICE_CODE) {
            step("Sign in once: o365-relay login --config " + name(RelayConf.NAME));
        }
        if (!secrets.isEmpty()) {
            step("As a systemd service: systemctl edit o365-relay, and under [Service]");
            secrets.forEach(secret -> more("LoadCredential=" + secret + ":" + absolute(secret)));
        }
        step("o365-relay check --config " + name(RelayConf.NAME));
        return lines;
    }

    private void file(String name, String description) {
        lines.add("  " + name(name) + "   " + description);
    }

    private void step(String text) {
        lines.add("  " + ++steps + ". " + text);
    }

    private void more(String text) {
        lines.add("     " + text);
    }

    private Path name(String file) {
        return folder.path(file);
    }

    private Path absolute(String file) {
        return name(file).toAbsolutePath().normalize();
    }
}
