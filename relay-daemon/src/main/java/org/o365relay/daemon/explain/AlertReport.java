package org.o365relay.daemon.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.RelaySettings;
import org.o365relay.alert.AlertChannelSettings;
import org.o365relay.alert.AlertCommandSettings;
import org.o365relay.alert.AlertSmtpSettings;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.mail.EmailAddress;

/// Lists how the admin is notified of alerts, and warns if an alert cannot reach the admin.
public final class AlertReport {

    private AlertReport() {}

    /// @return the channels, and what replaces email while no mailbox can send
    public static List<String> lines(RelaySettings settings) {
        AlertChannelSettings channels = settings.alerts().channels();
        EmailAddress admin = settings.notices().admin();
        AlertCommandSettings command = channels.command();
        AlertSmtpSettings smtp = channels.smtp();
        List<String> names = new ArrayList<>();
        if (admin != null) {
            names.add("email to " + admin);
        }
        if (channels.webhook() != null) {
            names.add("webhook");
        }
        if (command != null) {
            names.add("command " + command.arguments().getFirst());
        }
        if (smtp != null) {
            names.add((admin == null ? "" : "while no mailbox can send, ") + "email to " + smtp.to() + " through "
                    + smtp.server());
        }
        return List.of("alerts: " + (names.isEmpty() ? "none" : String.join("; ", names)));
    }

    /// @return a warning if there is no channel that works while a mailbox is blocked
    public static Optional<String> warning(RelaySettings settings) {
        List<String> accounts = settings.mailboxes().stream()
                .map(MailboxSettings::account)
                .distinct()
                .toList();
        if (!settings.alerts().channels().equals(AlertChannelSettings.NONE)) {
            return Optional.empty();
        }
        if (settings.notices().admin() == null) {
            return Optional.of("alerts reach no one: set relay.notices.admin, and relay.alerts.smtp, webhook or command"
                    + " for alerts while no mailbox can send");
        }
        return accounts.size() > 1
                ? Optional.empty()
                : Optional.of("while " + accounts.getFirst() + " cannot send, no alert can be emailed, because there is"
                        + " no other account: set relay.alerts.smtp, webhook or command");
    }
}
