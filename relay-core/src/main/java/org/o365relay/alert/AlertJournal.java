package org.o365relay.alert;

import org.o365relay.journal.Event;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;

/// Raises and clears alerts from journal events. Never blocks.
record AlertJournal(ActiveAlerts alerts) implements Journal {

    @Override
    public void record(Event event) {
        switch (event) {
            case Event.LimitExceeded exceeded -> alerts.raise(AlertTexts.limitExceeded(exceeded));
            case Event.Blocked blocked -> {
                alerts.raise(AlertTexts.mailboxBlocked(blocked));
                alerts.clear(
                        AlertKind.UNREACHABLE.alertName(blocked.mailbox())); // the same outage; its cause is now known
            }
            case Event.Unblocked unblocked -> clearOutage(unblocked.mailbox());
            case Event.Unreachable unreachable -> alerts.raise(AlertTexts.unreachable(unreachable));
            case Event.Reachable reachable -> clearOutage(reachable.mailbox());
            case Event.QueueUnusable unusable -> alerts.raise(AlertTexts.queueUnusable(unusable));
            case Event.QueueUsable _ -> alerts.clear(AlertKind.QUEUE_UNUSABLE.key());
            case Event.QueueDamaged damaged -> alerts.raise(AlertTexts.queueDamaged(damaged));
            default -> {} // no other event raises or clears an alert
        }
    }

    private void clearOutage(EmailAddress mailbox) {
        alerts.clear(AlertKind.MAILBOX_BLOCKED.alertName(mailbox));
        alerts.clear(AlertKind.UNREACHABLE.alertName(mailbox));
    }
}
