package org.o365relay.deliver.notify;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.o365relay.exchange.ReplyTexts;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.notice.GeneralReason;
import org.o365relay.notice.Notice;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.SuppressedNotices;

/// Texts and limits of notices, shared by all mailboxes. The settings may be changed at any time.
public final class NoticePolicy {

    private final NoticeLimit limit;
    private volatile Texts texts;

    /// The settings in force, and what is derived from them.
    private record Texts(NoticeSettings settings, String hostname, ReplyTexts replies) {

        static Texts of(NoticeSettings settings, String hostname) {
            return new Texts(
                    settings, hostname, ReplyTexts.in(settings.language().locale()));
        }
    }

    /// @param hostname host name of the relay
    /// @param suppressed notices that were suppressed before the relay started
    public NoticePolicy(
            NoticeSettings settings, String hostname, List<SuppressedNotices> suppressed, InstantSource clock) {
        this.texts = Texts.of(settings, hostname);
        this.limit = new NoticeLimit(settings.hourlyLimitPerDevice(), clock);
        limit.restore(suppressed);
    }

    /// Changes the settings. Notices of the current hour count against the new limit.
    ///
    /// @param hostname host name of the relay
    public void use(NoticeSettings settings, String hostname) {
        texts = Texts.of(settings, hostname);
        limit.use(settings.hourlyLimitPerDevice());
    }

    NoticeSettings settings() {
        return texts.settings();
    }

    /// @return the writer that composes the notices sent by this mailbox
    public NoticeWriter writer(EmailAddress mailbox) {
        Texts current = texts;
        return new NoticeWriter(current.settings(), mailbox, current.hostname());
    }

    /// Counts one more notice about mail from a device, unless the limit is reached.
    ///
    /// @return false if the limit is reached; a digest then lists the notice
    public boolean allowsNotice(InetAddress client) {
        return limit.allowsNotice(client);
    }

    NoticeLimit limit() {
        return limit;
    }

    /// @param name name of the reason, as stored in the history
    /// @param mailbox mailbox named in the advice
    /// @param advice advice for the admin, used if the catalogue has no entry with this name; may be empty
    public Reason reason(String name, EmailAddress mailbox, String advice) {
        return texts.replies()
                .of(name, mailbox)
                .map(text -> new Reason(text.cause(), text.authorAdvice(), text.advice()))
                .orElseGet(() -> reason(GeneralReason.of(name), advice));
    }

    /// @param last why the message could not be delivered before an operator bounced it
    Reason bounceReason(Reason last) {
        return GeneralReason.bounced(settings().language(), last);
    }

    Reason reason(GeneralReason general, String advice) {
        return general.in(settings().language(), advice);
    }

    /// @param route name of the mailbox that sends the notice
    static LocalMessage localMessage(Notice notice, String route, Priority priority, Instant now) {
        Arrival arrival = Arrival.local(now);
        return new LocalMessage(arrival, new RoutedEnvelope(route, priority, notice.envelope()), notice.content());
    }
}
