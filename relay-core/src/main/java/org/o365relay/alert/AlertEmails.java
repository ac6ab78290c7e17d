package org.o365relay.alert;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.notice.AdminWarning;
import org.o365relay.notice.Notice;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.queue.LocalMessage;

/// Writes emails to the admin and chooses the mailbox that sends them.
///
/// @param writers returns the notice writer of a mailbox
public record AlertEmails(AlertMailboxes mailboxes, Function<EmailAddress, NoticeWriter> writers, InstantSource clock) {

    /// @param affected mailbox that the warning is about; a mailbox with another account is preferred as
    ///     sender, because this one may be unable to send
    /// @return the email; empty if no admin is configured
    public Optional<LocalMessage> write(AdminWarning warning, EmailAddress affected) {
        return email(mailboxes.availableMailbox(affected).orElseGet(mailboxes::defaultMailbox), warning);
    }

    /// @return the email; empty if no admin is configured, or if no mailbox can send and the message reports
    ///     that an alert was raised; in the second case, the caller tries again later
    Optional<LocalMessage> write(AlertMessage message, AlertCondition condition) {
        return sender(message, condition.mailbox()).flatMap(mailbox -> email(mailbox, AlertTexts.email(message)));
    }

    /// @return whether an admin is configured, and a mailbox can send now
    boolean canReachAdmin(EmailAddress affected) {
        return canSend(affected) && writers.apply(mailboxes.defaultMailbox()).hasAdmin();
    }

    /// @return whether a mailbox can send now
    boolean canSend(@Nullable EmailAddress affected) {
        return mailboxes.availableMailbox(affected).isPresent();
    }

    private Optional<EmailAddress> sender(AlertMessage message, @Nullable EmailAddress affected) {
        Optional<EmailAddress> open = mailboxes.availableMailbox(affected);
        return message.isCleared() ? open.or(() -> Optional.of(mailboxes.defaultMailbox())) : open;
    }

    private Optional<LocalMessage> email(EmailAddress mailbox, AdminWarning warning) {
        return writers.apply(mailbox).write(warning).map(email -> localMessage(email, mailbox));
    }

    private LocalMessage localMessage(Notice email, EmailAddress mailbox) {
        Instant now = clock.instant();
        Arrival arrival = Arrival.local(now);
        String route = mailbox.key().toString();
        return new LocalMessage(arrival, new RoutedEnvelope(route, Priority.URGENT, email.envelope()), email.content());
    }
}
