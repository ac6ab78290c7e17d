package org.o365relay;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.o365relay.identity.Expiry;
import org.o365relay.mail.EmailAddress;

/// Something a mailbox signs in with that ends, in words.
public record ExpiryNotice(EmailAddress mailbox, Expiry expiry) {

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    /// @return such as `client secret of relay@contoso.example`
    public String what() {
        return switch (expiry.kind()) {
                    case CLIENT_SECRET -> "client secret";
                    case CERTIFICATE -> "certificate";
                    case CONNECTOR_CERTIFICATE -> "connector certificate";
                    case DEVICE_LOGIN -> "login";
                }
                + " of " + mailbox;
    }

    /// @return the day, in UTC
    public String day() {
        return DAY.format(expiry.at());
    }

    String subject(long daysLeft) {
        return what() + (daysLeft < 0 ? " has ended" : " ends on " + day());
    }

    String consequence(long daysLeft) {
        return daysLeft < 0
                ? "The " + what() + " (" + expiry.name() + ") has ended on " + day()
                        + ". No mail leaves with it any more; what comes in waits in the queue."
                : "The " + what() + " (" + expiry.name() + ") ends on " + day()
                        + ". From then on no mail leaves with it; it would wait in the queue.";
    }

    /// @return what the admin can do before that
    public String advice() {
        return switch (expiry.kind()) {
            case CLIENT_SECRET ->
                "Entra admin center > App registrations > the app > Certificates & secrets > New client secret; put its Value"
                        + " into credential.client-secret or its file, and its date into client-secret-expires.";
            case CERTIFICATE ->
                "Make a new certificate, upload its public part (Entra admin center > App registrations > the app >"
                        + " Certificates & secrets), then replace the file in credential.certificate. (With LoadCredential= of systemd, restart the relay.)";
            case CONNECTOR_CERTIFICATE ->
                "Have a new certificate made out to the same name, and replace upstream.client-certificate and its key."
                        + " Another name has to go into the connector, too: Exchange admin center > Mail flow > Connectors.";
            case DEVICE_LOGIN ->
                "Run \"o365-relay login\" once more; or let the relay run, which keeps the login alive.";
        };
    }
}
