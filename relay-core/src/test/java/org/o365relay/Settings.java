package org.o365relay;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.o365relay.accept.AcceptSettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.session.SessionLimits;
import org.o365relay.accept.session.SessionSettings;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.alert.AlertChannelSettings;
import org.o365relay.alert.AlertSettings;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.RetrySchedule;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.QueueSettings;
import org.o365relay.rewrite.RewriteSettings;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

/// Settings of a relay without listeners.
final class Settings {

    private static final String HOSTNAME = "relay.example";
    private static final Duration MOMENT = Duration.ofSeconds(10);

    private Settings() {}

    static QueueSettings queue(Path directory) {
        return new QueueSettings(directory, 0, Long.MAX_VALUE / 2, Duration.ofDays(30));
    }

    /// @param port port of the upstream on this machine
    static RelaySettings of(Path directory, int port, EmailAddress mailbox) {
        return of(directory, port, List.of(target(mailbox)), mailbox);
    }

    /// Settings with mailboxes whose upstream refuses connections: no server uses the port of TCPMUX.
    ///
    /// @param pool name of a pool of all mailboxes
    static RelaySettings unreachable(Path directory, String pool, EmailAddress... mailboxes) {
        List<Target> targets = Stream.concat(
                        Arrays.stream(mailboxes).map(Settings::target),
                        Stream.of(new Target(pool, List.of(mailboxes), Long.MAX_VALUE, null)))
                .toList();
        return of(directory, 1, targets, mailboxes);
    }

    static RelaySettings listening(RelaySettings settings, ListenerSettings... listeners) {
        return new RelaySettings(
                settings.hostname(),
                List.of(listeners),
                settings.accept(),
                settings.queue(),
                settings.mailboxes(),
                settings.routes(),
                settings.http(),
                settings.retry(),
                settings.probe(),
                settings.notices(),
                settings.alerts(),
                settings.ndrs(),
                settings.shutdownTimeout());
    }

    private static Target target(EmailAddress mailbox) {
        return new Target(mailbox.toString().toLowerCase(Locale.ROOT), List.of(mailbox), Long.MAX_VALUE, null);
    }

    private static RelaySettings of(Path directory, int port, List<Target> targets, EmailAddress... mailboxes) {
        Routes routes = new Routes(List.of(), targets);
        return new RelaySettings(
                HOSTNAME,
                List.of(),
                new AcceptSettings(
                        new SessionSettings(
                                HOSTNAME,
                                new SessionLimits(2_048, 100, 100, 100, MOMENT, MOMENT, 0),
                                new AdmissionRules(null, mailboxes[0]),
                                false,
                                routes,
                                List.of(mailboxes)),
                        null,
                        null),
                queue(directory),
                Arrays.stream(mailboxes).map(mailbox -> mailbox(mailbox, port)).toList(),
                routes,
                HttpSettings.DIRECT,
                new RetrySchedule(Duration.ofMinutes(1), Duration.ofDays(5)),
                new ProbeSchedule(MOMENT, MOMENT),
                new NoticeSettings(null),
                new AlertSettings(MOMENT, MOMENT, 0, AlertChannelSettings.NONE),
                List.of(),
                MOMENT);
    }

    private static MailboxSettings mailbox(EmailAddress mailbox, int port) {
        SmtpUpstreamSettings upstream = new SmtpUpstreamSettings(
                "127.0.0.1", port, Tls.STARTTLS, null, 1, MOMENT, MOMENT, MOMENT, MOMENT, HOSTNAME);
        return new MailboxSettings(
                mailbox,
                mailbox.toString(),
                List.of(new UpstreamSettings.Smtp(
                        upstream, new Credential.Password(mailbox.toString(), new Secret("x")), "")),
                new AccountLimits(null, 1, 1, null),
                new RewriteSettings(mailbox, "%n", List.of(), null, false, false, HOSTNAME));
    }
}
