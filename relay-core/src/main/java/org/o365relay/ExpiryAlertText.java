package org.o365relay;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.o365relay.identity.Expiry;
import org.o365relay.mail.EmailAddress;

/// The texts that describe an expiring credential or certificate of a mailbox to the admin.
public record ExpiryAlertText(EmailAddress mailbox, Expiry expiry) {

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    /// @return what expires, for example `client secret of relay@contoso.example`
    public String item() {
        return switch (expiry.kind()) {
                    case CLIENT_SECRET -> "client secret";
                    case CERTIFICATE -> "certificate";
                    case CONNECTOR_CERTIFICATE -> "connector certificate";
                    case DEVICE_LOGIN -> "login";
                }
                + " of " + mailbox;
    }

    /// @return the date of expiry, in UTC
    public String date() {
        return DAY.format(expiry.at());
    }

    /// @return 24-hour periods until the expiry, rounded up: 1 in the last 24 hours, 0 or negative after the expiry
    public long daysLeft(Instant now) {
        return Math.ceilDiv(
                Duration.between(now, expiry.at()).toMillis(),
                Duration.ofDays(1).toMillis());
    }

    String subject(long daysLeft) {
        String item = item();
        String capitalized = Character.toUpperCase(item.charAt(0)) + item.substring(1);
        return capitalized + (daysLeft <= 0 ? " has expired" : " expires on " + date());
    }

    String consequence(long daysLeft) {
        return daysLeft <= 0
                ? "The " + item() + " (" + expiry.name() + ") expired on " + date()
                        + ". No mail can be sent with it; new messages stay in the queue."
                : "The " + item() + " (" + expiry.name() + ") expires on " + date()
                        + ". After that no mail can be sent with it, and messages stay in the queue.";
    }

    /// @return instructions for the admin to renew the credential or certificate
    public String advice() {
        return switch (expiry.kind()) {
            case CLIENT_SECRET ->
                "Entra admin center > App registrations > the app > Certificates & secrets > New client secret; put"
                        + " its Value into credential.client-secret or its file, and its expiry date into"
                        + " client-secret-expires.";
            case CERTIFICATE ->
                "Create a new certificate, upload its public part (Entra admin center > App registrations > the app >"
                        + " Certificates & secrets), then replace the file in credential.certificate. (With systemd's"
                        + " LoadCredential=, restart the relay.)";
            case CONNECTOR_CERTIFICATE ->
                "Obtain a new certificate for the same name, and replace upstream.client-certificate and its key. If"
                        + " the name changes, change it in the connector, too: Exchange admin center > Mail flow >"
                        + " Connectors.";
            case DEVICE_LOGIN -> "Keep the relay running, which renews the login, or run \"o365-relay login\" again.";
        };
    }
}
