package org.o365relay.queue;

import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What people are told besides what a settlement brings: that a message waits, and, in a digest, what was
/// withheld from them. A letter and what it stands for are written together or not at all.
public final class NoticeStore {

    private static final Logger log = LoggerFactory.getLogger(NoticeStore.class);

    private final Store store;
    private final Signals dueSooner;
    private final QueueIds ids;
    private final InstantSource clock;

    NoticeStore(Store store, Signals dueSooner, QueueIds ids, InstantSource clock) {
        this.store = store;
        this.dueSooner = dueSooner;
        this.ids = ids;
        this.clock = clock;
    }

    /// @return a place before all messages that come in from this time on
    public static QueueId firstIdAt(Instant time) {
        return new QueueId(QueueIds.first(time.toEpochMilli()));
    }

    /// Open messages in the order they came in, without those on hold, notices, and those from the null sender.
    ///
    /// @param after the last one that was looked at
    /// @param before where to end
    /// @return at most as many; damaged ones are left out
    /// @throws QueueException if the disk fails
    public Batch waitingMessages(QueueId after, QueueId before, int most) {
        List<NoticeTables.WaitingRow> rows = store.readers()
                .read(statements -> NoticeTables.waiting(statements, after.value(), before.value(), most));
        List<WaitingMessage> waiting = rows.stream()
                .flatMap(found -> found.row().waiting(store.readers(), found.recipients(), found.reason()).stream())
                .toList();
        boolean isLast = rows.size() < most;
        return new Batch(
                waiting, isLast ? before : new QueueId(rows.getLast().row().id()), isLast);
    }

    /// Some of the messages that wait.
    ///
    /// @param end the last that was looked at
    /// @param isLast whether there are no more
    public record Batch(List<WaitingMessage> messages, QueueId end, boolean isLast) {}

    /// Remembers that authors were told of messages that wait, and how far the work has come. What has been settled in
    /// the meantime is left out.
    ///
    /// @param mark the name of the work
    /// @return what was written, in the order of `told`
    /// @throws QueueException if the disk fails; nothing is written then
    public List<Written> recordDelays(String mark, String value, List<DelayNotification> told) {
        Instant now = clock.instant();
        List<QueueId> letterIds = told.stream().map(_ -> ids.next()).toList();
        List<Written> written = store.committer().write(statements -> {
            StateTables.saveProgress(statements, mark, value);
            List<Written> letters = new ArrayList<>();
            for (int i = 0; i < told.size(); i++) {
                letters.add(recordDelays(statements, told.get(i), letterIds.get(i), now));
            }
            return letters;
        });
        told.forEach(one -> raise(one.notice()));
        return written;
    }

    /// What has been written of a warning.
    ///
    /// @param isNotified false if the message had been settled: nobody is told then
    /// @param noticeId its id; null if there is none
    public record Written(boolean isNotified, @Nullable QueueId noticeId) {}

    private static Written recordDelays(Statements statements, DelayNotification told, QueueId letterId, Instant now)
            throws SQLException {
        LocalMessage letter = told.notice();
        String detail = (letter == null ? "in a digest to " : "to ") + told.to();
        if (!NoticeTables.recordDelay(statements, told.message(), now, detail)) {
            return new Written(false, null);
        }
        if (told.suppressed() != null) {
            NoticeTables.suppress(statements, told.suppressed());
        }
        if (letter == null) {
            return new Written(true, null);
        }
        MessageQueue.insertLocal(statements, letterId, letter);
        return new Written(true, letterId);
    }

    /// @param until leaves out what was withheld later
    /// @return what waits for a digest; what makes no sense is left out
    /// @throws QueueException if the disk fails
    public List<SuppressedNotices> suppressedNotices(Instant until) {
        return store.readers().read(statements -> NoticeTables.groups(statements, until));
    }

    /// For the start.
    ///
    /// @return all [#suppressedNotices(Instant)]. If they cannot be read, the log says so, and nothing is known: mail is
    ///     more important
    public List<SuppressedNotices> storedNotices() {
        try {
            return suppressedNotices(ClaimTables.END_OF_TIME);
        } catch (QueueException e) {
            log.error("who has had too many notices cannot be read from the queue: {}", e.getMessage());
            return List.of();
        }
    }

    /// @return the oldest messages of a pile; those that make no sense are left out
    /// @throws QueueException if the disk fails
    public List<SuppressedMessage> suppressedMessages(SuppressedNotices pile, int most) {
        return store.readers().read(statements -> NoticeTables.messages(statements, pile, most));
    }

    /// Puts the digest of a pile into the queue, and takes the pile away. What has come onto it after
    /// its end stays.
    ///
    /// @return the letter's id; empty if the pile is another one meanwhile: nothing is written then
    /// @throws QueueException if the disk fails; nothing is written then
    public Optional<QueueId> sendDigest(SuppressedNotices pile, LocalMessage letter) {
        QueueId id = ids.next();
        boolean sent = store.committer().write(statements -> {
            if (!NoticeTables.isUnchanged(statements, pile)) {
                return false;
            }
            String client = pile.client().getHostAddress();
            String recipient = pile.recipient().toString();
            NoticeTables.delete(statements, client, recipient, pile.until().toEpochMilli(), Integer.MAX_VALUE);
            MessageQueue.insertLocal(statements, id, letter);
            return true;
        });
        if (sent) {
            raise(letter);
        }
        return sent ? Optional.of(id) : Optional.empty();
    }

    private void raise(@Nullable LocalMessage letter) {
        if (letter != null) {
            dueSooner.raise(letter.routed().route());
        }
    }
}
