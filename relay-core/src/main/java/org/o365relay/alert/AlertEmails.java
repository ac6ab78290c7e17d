package org.o365relay.alert;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
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

/// Writes letters to the admin, and chooses the mailbox they leave through.
///
/// @param writers who writes the letters of a mailbox
record AlertEmails(AlertMailboxes mailboxes, Function<EmailAddress, NoticeWriter> writers, InstantSource clock) {

    /// @return empty if no mailbox is open and the letter is of something that is wrong: the one that says
    ///     that it is right again then tells both; or if there is no admin
    Optional<LocalMessage> write(AlertMessage bulletin, AlertCondition trouble) {
        return messenger(bulletin, trouble.mailbox()).flatMap(mailbox -> through(mailbox, bulletin));
    }

    private Optional<EmailAddress> messenger(AlertMessage bulletin, @Nullable EmailAddress inTrouble) {
        Optional<EmailAddress> open = mailboxes.open(inTrouble);
        return bulletin.isCleared() ? open.or(() -> Optional.of(mailboxes.fallback())) : open;
    }

    private Optional<LocalMessage> through(EmailAddress mailbox, AlertMessage bulletin) {
        AdminWarning warning = AlertTexts.letter(bulletin, clock.instant());
        return writers.apply(mailbox).write(warning).map(letter -> submission(letter, mailbox));
    }

    private LocalMessage submission(Notice letter, EmailAddress mailbox) {
        Instant now = clock.instant();
        Arrival arrival = new Arrival(now, InetAddress.getLoopbackAddress(), "", "LOCAL");
        String route = mailbox.toString().toLowerCase(Locale.ROOT);
        return new LocalMessage(
                arrival, new RoutedEnvelope(route, Priority.URGENT, letter.envelope()), letter.content());
    }
}
