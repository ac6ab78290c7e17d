package org.o365relay.daemon.setup;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How mail gets into Microsoft 365, or to another server.
enum SubmissionMethod {
    OAUTH_CERTIFICATE("SMTP with OAuth, an app with a certificate (recommended: nothing to type in, lasts two years)"),
    OAUTH_SECRET("SMTP with OAuth, an app with a client secret"),
    GRAPH_CERTIFICATE("Microsoft Graph, an app with a certificate (where SMTP is closed)"),
    GRAPH_SECRET("Microsoft Graph, an app with a client secret"),
    DEVICE_CODE("SMTP with OAuth, a user signs in once with a code (no administrator's app secret)"),
    PASSWORD(
            "SMTP with the mailbox's password (switched off at the end of December 2026 unless an admin re-enables it)"),
    CONNECTOR_IP("a connector that knows the relay by its static public IP address (port 25)"),
    CONNECTOR_CERTIFICATE("a connector that knows the relay by its TLS certificate (port 25)"),
    SMARTHOST("another mail server, not Microsoft 365");

    private final String description;

    SubmissionMethod(String description) {
        this.description = description;
    }

    /// @return one line for people
    String description() {
        return description;
    }

    /// @return as it is given on the command line: `oauth-certificate`
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<SubmissionMethod> named(String key) {
        return Arrays.stream(values()).filter(way -> way.key().equals(key)).findFirst();
    }

    /// @return whether an app signs in by itself, without a user
    boolean isApp() {
        return hasCertificate() || hasClientSecret();
    }

    /// @return whether the app proves itself with a certificate
    boolean hasCertificate() {
        return this == OAUTH_CERTIFICATE || this == GRAPH_CERTIFICATE;
    }

    /// @return whether the app proves itself with a client secret
    boolean hasClientSecret() {
        return this == OAUTH_SECRET || this == GRAPH_SECRET;
    }

    /// @return whether there is an app registration
    boolean hasRegistration() {
        return isApp() || this == DEVICE_CODE;
    }

    boolean isGraph() {
        return this == GRAPH_CERTIFICATE || this == GRAPH_SECRET;
    }

    boolean isConnector() {
        return this == CONNECTOR_IP || this == CONNECTOR_CERTIFICATE;
    }

    /// @return whether mail goes out by client submission with a mailbox (SMTP AUTH)
    boolean isSubmission() {
        return this == OAUTH_CERTIFICATE || this == OAUTH_SECRET || this == DEVICE_CODE || this == PASSWORD;
    }

    boolean isMicrosoft() {
        return this != SMARTHOST;
    }
}
