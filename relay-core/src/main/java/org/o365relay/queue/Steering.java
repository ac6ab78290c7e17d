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
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.o365relay.mail.QueueId;

/// Changes open messages as an operator says. What is being delivered just now is passed over.
///
/// The set of messages is fixed first: none that comes in later is meant, unless the selection says up to which
/// one. Then they are changed in small batches, oldest first, so that nobody who waits for a 250 waits long.
/// Each batch is one transaction, with what the history says of it. What does not fit the selection any more when
/// its turn has come is left alone. Nothing is done to settled messages, nor to ids that are not known: who wants to
/// tell somebody of those asks [QueueReading#show] first.
public final class Steering {

    private static final int BATCH = 250;

    /// Of deleted content in a batch: it takes a while to give its pages free.
    private static final long OCTETS = 16L * 1024 * 1024;

    private final Store store;
    private final InstantSource clock;
    private final LongSupplier leases;
    private final Signals dueSooner;

    /// @param leases each one a new positive number
    Steering(Store store, InstantSource clock, LongSupplier leases, Signals dueSooner) {
        this.store = store;
        this.clock = clock;
        this.leases = leases;
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
    /// @throws IllegalArgumentException for [Change.Bounce], which takes somebody who tells the author: [#each]
    public Effect apply(Change change, Selection selection, String by) {
        if (change instanceof Change.Bounce) {
            throw new IllegalArgumentException("somebody has to tell the author");
        }
        Instant now = clock.instant();
        return walk(selection, (messages, progress) -> {
            List<Candidate> some = change instanceof Change.Delete ? upTo(OCTETS, messages) : messages;
            progress.add(store.committer()
                    .write(statements -> change(new Alterations(statements, now, by), change, selection, some)));
            return some.size();
        });
    }

    /// Claims one message after the other, those on hold too, to be given up. The history says so. A message that the
    /// consumer leaves as it is, because it fails, is put back. A damaged one is passed over.
    ///
    /// @param by who says so, for the history
    /// @param settling settles each claim
    /// @return what was done, also if the disk failed in the middle
    /// @throws QueueException if the disk fails before anything was changed
    public Effect each(Selection selection, String by, Consumer<Claim> settling) {
        return walk(selection, (messages, progress) -> {
            Batch batch = seize(selection, messages.getFirst(), by);
            if (batch.claim().isPresent()) {
                settle(batch.claim().get(), settling);
            }
            progress.add(batch);
            return 1;
        });
    }

    private Effect walk(Selection selection, Step step) {
        Optional<QueueId> newest =
                Optional.ofNullable(selection.upTo()).or(() -> store.scanners().read(Inquiry::newest));
        if (newest.isEmpty()) {
            return new Effect(0, 0, "");
        }
        Selection fixed = selection.upTo(newest.get());
        Progress progress = new Progress(store.scanners()
                .read(statements ->
                        Inquiry.number(statements, Conditions.of(fixed).open())));
        try {
            long from = 0;
            while (true) {
                List<Candidate> messages = candidates(fixed, from);
                if (messages.isEmpty()) {
                    return progress.through();
                }
                int done = step.take(messages, progress);
                progress.takeLanes().forEach(dueSooner::raise);
                from = messages.get(done - 1).id().value() + 1;
            }
        } catch (QueueException e) {
            return progress.stoppedBy(e);
        }
    }

    private List<Candidate> candidates(Selection selection, long from) {
        return store.scanners()
                .read(statements ->
                        candidates(statements, Conditions.of(selection).open().from(from), BATCH));
    }

    private static List<Candidate> candidates(Statements statements, Conditions conditions, int most)
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

    private static Batch change(Alterations alterations, Change change, Selection selection, List<Candidate> meant)
            throws SQLException {
        List<Candidate> still = still(alterations.statements(), selection, meant);
        Set<String> lanes = new HashSet<>();
        long changed = 0;
        for (Candidate message : still) {
            if (!message.leased() && alterations.make(change, message)) {
                lanes.add(Alterations.laneAfter(change, message));
                changed++;
            }
        }
        return new Batch(changed, leased(alterations.statements(), meant), lanes, Optional.empty());
    }

    private Batch seize(Selection selection, Candidate meant, String by) {
        long lease = -leases.getAsLong();
        Instant now = clock.instant();
        return store.committer().write(statements -> {
            List<Candidate> still = still(statements, selection, List.of(meant));
            long passedOver = leased(statements, List.of(meant));
            if (still.isEmpty() || passedOver > 0) {
                return new Batch(0, passedOver, Set.of(), Optional.empty());
            }
            Optional<Claim> claim = Lanes.seize(statements, still.getFirst(), lease, now.plus(MessageQueue.LEASE));
            if (claim.isPresent()) {
                new Alterations(statements, now, by).record(meant, "bounced", null, "by " + by);
            }
            return new Batch(claim.isPresent() ? 1 : 0, claim.isPresent() ? 0 : 1, Set.of(), claim);
        });
    }

    private void settle(Claim claim, Consumer<Claim> settling) {
        try {
            settling.accept(claim);
        } catch (RuntimeException e) {
            putBack(claim, e);
            throw e;
        }
    }

    private void putBack(Claim claim, RuntimeException why) {
        try {
            store.committer().write(statements -> Lanes.putBack(statements, claim));
            dueSooner.raise(claim.lane());
        } catch (QueueException e) {
            why.addSuppressed(e); // the next start puts it back
        }
    }

    /// @return those that fit the selection all the same
    private static List<Candidate> still(Statements statements, Selection selection, List<Candidate> meant)
            throws SQLException {
        List<QueueId> ids = meant.stream().map(Candidate::id).toList();
        return candidates(statements, Conditions.of(selection.among(ids)).open(), ids.size());
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
    /// @param lanes where something may be due sooner than before
    private record Batch(long changed, long passedOver, Set<String> lanes, Optional<Claim> claim) {}

    /// How far a change has come.
    private static final class Progress {
        private final long all;
        private final Set<String> lanes = new HashSet<>();
        private long changed;
        private long passedOver;

        /// @param all how many messages were meant at the beginning
        Progress(long all) {
            this.all = all;
        }

        void add(Batch batch) {
            changed += batch.changed();
            passedOver += batch.passedOver();
            lanes.addAll(batch.lanes());
        }

        Set<String> takeLanes() {
            Set<String> taken = Set.copyOf(lanes);
            lanes.clear();
            return taken;
        }

        Effect through() {
            return new Effect(changed, passedOver, "");
        }

        Effect stoppedBy(QueueException failure) {
            String why = failure.isFinal() ? failure.getMessage() : "the disk failed: " + failure.getMessage();
            return new Effect(
                    changed,
                    passedOver,
                    String.format(
                            Locale.ROOT,
                            "%s; %,d of %,d messages were changed; ask again for the rest",
                            why,
                            changed,
                            all));
        }
    }
}
