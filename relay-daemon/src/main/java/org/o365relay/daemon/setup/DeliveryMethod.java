package org.o365relay.daemon.setup;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How the relay delivers mail to Microsoft 365 or another server.
enum DeliveryMethod {
    OAUTH_CERTIFICATE("SMTP: an app with a certificate (recommended)"),
    OAUTH_SECRET("SMTP: an app with a client secret"),
    GRAPH_CERTIFICATE("Microsoft Graph: an app with a certificate"),
    GRAPH_SECRET("Microsoft Graph: an app with a client secret"),
    DEVICE_CODE("SMTP: a user signs in once with a code"),
    PASSWORD("SMTP: the password (disabled at the end of 2026)"),
    CONNECTOR_IP("Connector: the relay's static public IP address"),
    CONNECTOR_CERTIFICATE("Connector: the relay's TLS certificate"),
    SMARTHOST("Another mail server, not Microsoft 365");

    private final String description;

    DeliveryMethod(String description) {
        this.description = description;
    }

    /// @return a description for the user, in one line
    String description() {
        return description;
    }

    /// @return what is required of the mailbox, for the user
    String mailboxNote() {
        return switch (this) {
            case OAUTH_CERTIFICATE, OAUTH_SECRET, GRAPH_CERTIFICATE, GRAPH_SECRET ->
                "It must exist in Microsoft 365: a shared mailbox, which needs no license, or the mailbox of a user. If it"
                        + " does not exist, the script for the tenant offers to create it as a shared mailbox.";
            case DEVICE_CODE, PASSWORD ->
                "It must exist in Microsoft 365, and a user must be able to sign in to it: create a user with a license"
                        + " for Exchange Online (https://admin.microsoft.com > Users > Active users > Add a user).";
            case CONNECTOR_IP, CONNECTOR_CERTIFICATE ->
                "It must be in a domain of your organization. It need not be a mailbox, but should be read:"
                        + " non-delivery reports go there.";
            case SMARTHOST -> "The mail server must accept it as the sender. Non-delivery reports go there.";
        };
    }

    /// @return what the user should know after choosing the method
    Optional<String> warning() {
        return switch (this) {
            case DEVICE_CODE ->
                Optional.of(
                        "Conditional Access policies managed by Microsoft block sign-in with a device code in many tenants. Ask"
                                + " the administrator of the tenant first; oauth-certificate is not affected.");
            case PASSWORD ->
                Optional.of(
                        "Microsoft disables passwords for SMTP at the end of December 2026, unless an admin enables them"
                                + " again, and later permanently. Plan the move to OAuth (docs/password.md).");
            default -> Optional.empty();
        };
    }

    /// @return the value of `--method`, such as `oauth-certificate`
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<DeliveryMethod> named(String key) {
        return Arrays.stream(values())
                .filter(method -> method.key().equals(key))
                .findFirst();
    }

    /// @return whether the app signs in as itself, without a user
    boolean isAppOnly() {
        return hasCertificate() || hasClientSecret();
    }

    /// @return whether the app authenticates with a certificate
    boolean hasCertificate() {
        return this == OAUTH_CERTIFICATE || this == GRAPH_CERTIFICATE;
    }

    /// @return whether the app authenticates with a client secret
    boolean hasClientSecret() {
        return this == OAUTH_SECRET || this == GRAPH_SECRET;
    }

    /// @return whether an app registration is needed
    boolean needsAppRegistration() {
        return isAppOnly() || this == DEVICE_CODE;
    }

    boolean isGraph() {
        return this == GRAPH_CERTIFICATE || this == GRAPH_SECRET;
    }

    boolean isConnector() {
        return this == CONNECTOR_IP || this == CONNECTOR_CERTIFICATE;
    }

    /// @return whether mail is sent to Microsoft 365 by SMTP client submission (SMTP AUTH)
    boolean isSubmission() {
        return this == OAUTH_CERTIFICATE || this == OAUTH_SECRET || this == DEVICE_CODE || this == PASSWORD;
    }

    boolean isMicrosoft() {
        return this != SMARTHOST;
    }
}
