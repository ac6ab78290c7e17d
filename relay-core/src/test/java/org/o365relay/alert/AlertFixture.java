package org.o365relay.alert;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.o365relay.ManualClock;
import org.o365relay.alert.AlertMailboxes.FallbackUse;
import org.o365relay.journal.Event.Blocked;
import org.o365relay.journal.Event.JudgedReply;
import org.o365relay.journal.Event.Unblocked;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;

/// Active alerts with a queue in a directory, two mailboxes that can be blocked, and the messages posted to the
/// webhook.
final class AlertFixture implements AutoCloseable {

    static final EmailAddress FIRST = address("first@contoso.example");
    static final EmailAddress SECOND = address("second@contoso.example");
    static final EmailAddress ADMIN = address("it@contoso.example");
    static final Duration DELAY = Duration.ofMinutes(1);
    static final Reply REFUSED = Reply.of(535, "5.7.139", "Authentication unsuccessful");

    final ManualClock clock = new ManualClock("2026-03-01T02:10:00Z");
    final RememberingJournal journal = new RememberingJournal();
    final Set<EmailAddress> open = new LinkedHashSet<>(List.of(FIRST, SECOND));
    final List<AlertMessage> posted = new ArrayList<>();

    /// The emails given to the mailer that are not sent yet; with no mailer, an email is never given to it.
    final List<DirectEmail> directEmails = new ArrayList<>();

    boolean hasMailer;

    @Nullable
    EmailAddress admin = ADMIN;

    final List<FallbackUse> fallbackUses = new ArrayList<>();
    private final Path directory;
    private JdbcQueue queue;
    private ActiveAlerts alerts;

    /// An email given to the mailer.
    record DirectEmail(AlertMessage message, BooleanSupplier isNeeded, Consumer<Boolean> done) {}

    AlertFixture(Path directory) {
        this.directory = directory;
        this.queue = openQueue();
        this.alerts = openAlerts();
    }

    private JdbcQueue openQueue() {
        try {
            return SqliteQueue.open(
                    new QueueSettings(directory, 0, Long.MAX_VALUE / 2, Duration.ofDays(30)),
                    clock.steady(),
                    new Random(1));
        } catch (QueueUnavailableException e) {
            throw new AssertionError(e);
        }
    }

    private AlertMailboxes mailboxes() {
        return new AlertMailboxes() {
            @Override
            public Optional<EmailAddress> availableMailbox(@Nullable EmailAddress affected) {
                return open.stream()
                        .filter(mailbox -> !mailbox.equals(affected))
                        .findFirst()
                        .or(() -> open.stream().findFirst());
            }

            @Override
            public EmailAddress defaultMailbox() {
                return FIRST;
            }

            @Override
            public List<FallbackUse> fallbackUses() {
                return fallbackUses;
            }
        };
    }

    private ActiveAlerts openAlerts() {
        AlertEmails emails = new AlertEmails(
                mailboxes(), mailbox -> new NoticeWriter(new NoticeSettings(admin), mailbox, "relay.example"), clock);
        return new ActiveAlerts(
                queue.alerts(),
                emails,
                posted::add,
                () -> Optional.ofNullable(mailer()),
                journal,
                DELAY,
                queue.clock());
    }

    private @Nullable AlertMailer mailer() {
        return hasMailer
                ? (message, isNeeded, done) -> directEmails.add(new DirectEmail(message, isNeeded, done))
                : null;
    }

    /// Gives the alerts a mailer, as a restart with other settings does.
    void addMailer() {
        hasMailer = true;
        restart();
    }

    FailoverMonitor failoverMonitor() {
        return new FailoverMonitor(mailboxes(), alerts);
    }

    ActiveAlerts alerts() {
        return alerts;
    }

    JdbcQueue queue() {
        return queue;
    }

    AlertJournal events() {
        return new AlertJournal(alerts);
    }

    void restart() {
        queue.close();
        queue = openQueue();
        alerts = openAlerts();
    }

    void block(EmailAddress mailbox) {
        open.remove(mailbox);
        events().record(new Blocked(mailbox, "smtp.example", refused("Give it the right password."), clock.instant()));
    }

    static JudgedReply refused(String advice) {
        return new JudgedReply(REFUSED, "auth", "authentication-unsuccessful", advice);
    }

    void unblock(EmailAddress mailbox) {
        open.add(mailbox);
        events().record(new Unblocked(mailbox, Duration.ZERO));
    }

    /// Advances the clock and checks the alerts every ten seconds.
    void pass(Duration time) {
        for (Duration elapsed = Duration.ZERO; elapsed.compareTo(time) < 0; elapsed = elapsed.plusSeconds(10)) {
            alerts.check();
            clock.advance(Duration.ofSeconds(10));
        }
        alerts.check();
    }

    /// Claims the emails that a mailbox is to send.
    List<String> emails(EmailAddress mailbox) {
        List<String> emails = new ArrayList<>();
        for (Claim claim : queue.claims().claim(new ClaimScope(mailbox.toString(), List.of(mailbox.toString())), 100)) {
            emails.add(content(claim));
        }
        return emails;
    }

    private String content(Claim claim) {
        try (InputStream content = queue.claims().content(claim)) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @return the messages posted to the webhook: `+ mailbox-blocked …`, `- mailbox-blocked …`
    List<String> calls() {
        return posted.stream()
                .map(message ->
                        (message.isCleared() ? "- " : "+ ") + message.alert().name())
                .toList();
    }

    static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }

    @Override
    public void close() {
        queue.close();
    }
}
