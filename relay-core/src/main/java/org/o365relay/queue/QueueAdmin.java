package org.o365relay.queue;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.o365relay.mail.QueueId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Changes open messages as an operator says. What is being delivered just now is passed over.
///
/// The set of messages is fixed first: none that comes in later is meant, unless the selection says up to which
/// one. Then they are changed in small batches, oldest first, so that nobody who waits for a 250 waits long.
/// Each batch is one transaction, with what the history says of it. What does not fit the selection any more when
/// its turn has come is left alone. Nothing is done to settled messages, nor to ids that are not known: who wants to
/// tell somebody of those asks [QueueReader#show] first.
public final class QueueAdmin {

    private static final int BATCH = 250;

    /// Of deleted content in a batch: it takes a while to give its pages free.
    private static final long OCTETS = 16L * 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(QueueAdmin.class);

    private final Store store;
    private final InstantSource clock;
    private final LongSupplier leases;
    private final Map<Long, String> bouncedBy;
    private final Signals dueSooner;

    /// @param leases each one a new positive number
    /// @param bouncedBy who gives up what is leased: whoever settles it writes that into the history
    QueueAdmin(Store store, InstantSource clock, LongSupplier leases, Map<Long, String> seizedBy, Signals dueSooner) {
        this.store = store;
        this.clock = clock;
        this.leases = leases;
        this.bouncedBy = seizedBy;
        this.dueSooner = dueSooner;
    }

    /// What is done to a few messages, oldest first.
    private interface Step {
        /// @return through how many of them it has come, at least one
        int take(List<Candidate> messages, Progress progress);
    }

    /// @param by who says so, for the history
    /// @return what was done, also if the disk failed in the middle
    /// @throws QueueException if the disk fails before anything was changed
    /// @throws IllegalArgumentException for [Change.Bounce], which takes somebody who tells the author: [#bounceEach]
    public ChangeResult apply(Change change, MessageFilter selection, String by) {
        if (change instanceof Change.Bounce) {
            throw new IllegalArgumentException("somebody has to tell the author");
        }
        Instant now = clock.instant();
        return walk(selection, (messages, progress) -> {
            List<Candidate> some = change instanceof Change.Delete ? upTo(OCTETS, messages) : messages;
            progress.add(store.committer()
                    .write(statements -> change(new MessageChanges(statements, now, by), change, selection, some)));
            return some.size();
        });
    }

    /// Claims one message after the other, those on hold too, to be given up. The history says so of those that
    /// are settled. A message that the consumer leaves as it is, because it fails, is put back, and nothing more
    /// is done. A damaged one is passed over.
    ///
    /// @param by who says so, for the history
    /// @param settling settles each claim
    /// @return what was done, also if the disk or the consumer failed in the middle
    /// @throws QueueException if the disk fails before anything was changed
    public ChangeResult bounceEach(MessageFilter selection, String by, Consumer<Claim> settling) {
        return walk(selection, (messages, progress) -> {
            Batch batch = claim(selection, messages.getFirst());
            if (batch.claim().isPresent()) {
                settle(batch.claim().get(), by, settling);
            }
            progress.add(batch);
            return 1;
        });
    }

    private ChangeResult walk(MessageFilter selection, Step step) {
        Optional<QueueId> newest =
                Optional.ofNullable(selection.upTo()).or(() -> store.scanners().read(QueueQueries::newest));
        if (newest.isEmpty()) {
            return new ChangeResult(0, 0, "");
        }
        Meant meant = store.scanners().read(statements -> resolve(statements, selection.upTo(newest.get())));
        Progress progress = new Progress(meant.count());
        try {
            walk(meant.selection(), step, progress);
            return progress.complete();
        } catch (QueueException e) {
            String why = e.isFinal() ? "" + e.getMessage() : "the disk failed: " + e.getMessage();
            return progress.stopped(why);
        } catch (RuntimeException e) {
            log.error("messages cannot be changed because of a bug; please report it", e);
            return progress.stopped("the relay failed, see its log: " + e.getMessage());
        }
    }

    private void walk(MessageFilter fixed, Step step, Progress progress) {
        List<Candidate> messages = candidates(fixed, 0);
        while (!messages.isEmpty()) {
            int done = step.take(messages, progress);
            progress.takeMailboxes().forEach(dueSooner::raise);
            long last = messages.get(done - 1).id().value();
            messages = done < messages.size() ? messages.subList(done, messages.size()) : candidates(fixed, last + 1);
        }
    }

    /// The messages that are meant.
    private record Meant(MessageFilter selection, long count) {}

    /// A message gets its id when it begins to come in. One that takes long would be changed uncounted, were it
    /// not for the time at which the last one came in.
    private static Meant resolve(Statements statements, MessageFilter selection) throws SQLException {
        long number = QueueQueries.number(statements, FilterSql.of(selection).open());
        try (PreparedStatement statement =
                        statements.with(FilterSql.of(selection).open().latestReceived());
                ResultSet row = statement.executeQuery()) {
            row.next();
            long latest = row.getLong(1);
            return new Meant(number == 0 ? selection : selection.before(Instant.ofEpochMilli(latest + 1)), number);
        }
    }

    private List<Candidate> candidates(MessageFilter selection, long from) {
        return store.scanners()
                .read(statements ->
                        candidates(statements, FilterSql.of(selection).open().from(from), BATCH));
    }

    private static List<Candidate> candidates(Statements statements, FilterSql conditions, int most)
            throws SQLException {
        List<Candidate> candidates = new ArrayList<>();
        try (PreparedStatement statement =
                        statements.with(conditions.list("candidates", Page.Order.OLDEST_FIRST, most));
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                candidates.add(Candidate.of(row));
            }
        }
        return candidates;
    }

    /// As many as there are, until their content adds up to so much.
    private static List<Candidate> upTo(long octets, List<Candidate> messages) {
        long sum = 0;
        int count = 0;
        while (count < messages.size() && sum < octets) {
            sum += messages.get(count++).size();
        }
        return messages.subList(0, count);
    }

    private static Batch change(
            MessageChanges alterations, Change change, MessageFilter selection, List<Candidate> meant)
            throws SQLException {
        List<Candidate> still = matching(alterations.statements(), selection, meant);
        Set<String> lanes = new HashSet<>();
        long changed = 0;
        for (Candidate message : still) {
            if (!message.leased() && alterations.apply(change, message)) {
                lanes.add(MessageChanges.mailboxAfter(change, message));
                changed++;
            }
        }
        return new Batch(changed, leased(alterations.statements(), meant), lanes, Optional.empty());
    }

    private Batch claim(MessageFilter selection, Candidate meant) {
        long lease = -leases.getAsLong();
        Instant now = clock.instant();
        return store.committer().write(statements -> {
            List<Candidate> still = matching(statements, selection, List.of(meant));
            long passedOver = leased(statements, List.of(meant));
            if (still.isEmpty() || passedOver > 0) {
                return new Batch(0, passedOver, Set.of(), Optional.empty());
            }
            Optional<Claim> claim =
                    ClaimTables.claimForBounce(statements, still.getFirst(), lease, now.plus(MessageQueue.LEASE));
            return new Batch(claim.isPresent() ? 1 : 0, claim.isPresent() ? 0 : 1, Set.of(), claim);
        });
    }

    private void settle(Claim claim, String by, Consumer<Claim> settling) {
        bouncedBy.put(claim.lease(), by);
        try {
            settling.accept(claim);
        } catch (RuntimeException | Error e) {
            putBack(claim, e);
            throw e;
        } finally {
            bouncedBy.remove(claim.lease());
        }
    }

    private void putBack(Claim claim, Throwable why) {
        try {
            store.committer().write(statements -> ClaimTables.putBack(statements, claim));
            dueSooner.raise(claim.mailbox());
        } catch (QueueException e) {
            why.addSuppressed(e); // the next start puts it back
        }
    }

    /// @return those that fit the selection all the same
    private static List<Candidate> matching(Statements statements, MessageFilter selection, List<Candidate> meant)
            throws SQLException {
        List<QueueId> ids = meant.stream().map(Candidate::id).toList();
        return candidates(statements, FilterSql.of(selection.restrictedTo(ids)).open(), ids.size());
    }

    private static long leased(Statements statements, List<Candidate> meant) throws SQLException {
        long leased = 0;
        for (Candidate message : meant) {
            try (ResultSet row =
                    statements.with("is-leased", message.id().value()).executeQuery()) {
                leased += row.next() ? row.getInt(1) : 0;
            }
        }
        return leased;
    }

    /// What came of a few messages.
    ///
    /// @param mailboxes where something may be due sooner than before
    private record Batch(long changed, long skipped, Set<String> mailboxes, Optional<Claim> claim) {}

    /// How far a change has come.
    private static final class Progress {
        private final long all;
        private final Set<String> mailboxes = new HashSet<>();
        private long changed;
        private long skipped;

        /// @param all how many messages were meant at the beginning
        Progress(long all) {
            this.all = all;
        }

        void add(Batch batch) {
            changed += batch.changed();
            skipped += batch.skipped();
            mailboxes.addAll(batch.mailboxes());
        }

        Set<String> takeMailboxes() {
            Set<String> taken = Set.copyOf(mailboxes);
            mailboxes.clear();
            return taken;
        }

        ChangeResult complete() {
            return new ChangeResult(changed, skipped, "");
        }

        ChangeResult stopped(String why) {
            return new ChangeResult(
                    changed,
                    skipped,
                    String.format(
                            Locale.ROOT,
                            "%s; %,d of %,d messages were changed; ask again for the rest",
                            why,
                            changed,
                            all));
        }
    }
}
