package org.o365relay.daemon.setup;

import java.util.Optional;

/// A secret in its own file next to `relay.conf`.
enum SetupSecretFile {
    CLIENT_SECRET("client-secret", "client secret (the column Value, not the Secret ID)"),
    PASSWORD("password", "password"),
    CERTIFICATE_PASSWORD(AppCertificate.PASSWORD, "password of the certificate's key"),
    /// Generated, never asked for.
    TOKEN_KEY("token-key", "key that encrypts the stored login");

    private final String file;
    private final String description;

    SetupSecretFile(String file, String description) {
        this.file = file;
        this.description = description;
    }

    String file() {
        return file;
    }

    /// @return the name of the secret for the user
    String description() {
        return description;
    }

    /// @return the secret that the method requires from the user; empty for none
    static Optional<SetupSecretFile> asked(SetupAnswers answers) {
        return switch (answers.method()) {
            case OAUTH_SECRET, GRAPH_SECRET -> Optional.of(CLIENT_SECRET);
            case OAUTH_CERTIFICATE, GRAPH_CERTIFICATE ->
                answers.generatesCertificate() ? Optional.empty() : Optional.of(CERTIFICATE_PASSWORD);
            case PASSWORD -> Optional.of(PASSWORD);
            case SMARTHOST -> answers.text(SetupQuestion.USERNAME).map(username -> PASSWORD);
            case DEVICE_CODE, CONNECTOR_IP, CONNECTOR_CERTIFICATE -> Optional.empty();
        };
    }
}
