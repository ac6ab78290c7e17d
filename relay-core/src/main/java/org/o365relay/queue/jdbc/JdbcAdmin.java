package org.o365relay.queue.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.Claim;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueAdmin;
import org.o365relay.queue.QueueException;
import org.o365relay.time.SteadyClock;
import org.o365relay.time.SteadyClock.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Applies operators' changes in batches.
final class JdbcAdmin implements QueueAdmin {

    private static final int BATCH = 250;

    /// Content, in octets, after which a batch of deletions ends, because freeing pages takes time.
    private static final long OCTETS = 16L * 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(JdbcAdmin.class);

    private final Store store;
    private final QueueIds ids;
    private final Leases leases;
    private final Signals dueSignals;
    private final SteadyClock clock;

    JdbcAdmin(Store store, QueueIds ids, Leases leases, Signals dueSignals, SteadyClock clock) {
        this.store = store;
        this.ids = ids;
        this.leases = leases;
        this.dueSignals = dueSignals;
        this.clock = clock;
    }

    /// Turns a selection into a query for the messages to which a change applies.
    @FunctionalInterface
    private interface Applicable {
        Applicable OPEN = selection -> FilterSql.of(selection).open();
        Applicable RESENDABLE = selection -> FilterSql.of(selection.withKeptContent());

        FilterSql in(MessageFilter selection);

        static Applicable to(Change change) {
            return change instanceof Change.Resend ? RESENDABLE : OPEN;
        }
    }

    /// Processes the first of the given messages, which are sorted oldest first.
    private interface Step {
        /// @return the number of messages processed, counted from the first; at least 1
        int process(List<Candidate> messages, Progress progress);
    }

    @Override
    public ChangeResult apply(Change change, MessageFilter selection, String by) {
        if (change instanceof Change.Bounce) {
            throw new IllegalArgumentException("a bounce needs a DSN: use bounceEach");
        }
        Reading now = clock.reading();
        return walk(selection, Applicable.to(change), (messages, progress) -> {
            List<Candidate> batch = change instanceof Change.Delete ? upTo(OCTETS, messages) : messages;
            progress.add(store.committer()
                    .write(statements -> change(
                            new MessageChanges(statements, now, by, store.keepContent(), ids),
                            change,
                            selection,
                            batch)));
            return batch.size();
        });
    }

    @Override
    public ChangeResult bounceEach(MessageFilter selection, String by, Consumer<Claim> bounce) {
        return walk(selection, Applicable.OPEN, (messages, progress) -> {
            Batch batch = claim(selection, messages.getFirst());
            if (batch.claim().isPresent()) {
                settle(batch.claim().get(), by, bounce);
            }
            progress.add(batch);
            return 1;
        });
    }

    private ChangeResult walk(MessageFilter selection, Applicable applicable, Step step) {
        Optional<QueueId> newest =
                Optional.ofNullable(selection.upTo()).or(() -> store.scanners().read(JdbcReader::newest));
        if (newest.isEmpty()) {
            return new ChangeResult(0, 0, "");
        }
        Scope scope =
                store.scanners().read(statements -> resolve(statements, selection.upTo(newest.get()), applicable));
        Progress progress = new Progress(scope.count());
        try {
            walk(scope.selection(), applicable, step, progress);
            return progress.complete();
        } catch (QueueException e) {
            String why = e.isFinal() ? "" + e.getMessage() : "the queue cannot be written: " + e.getMessage();
            return progress.stopped(why);
        } catch (RuntimeException e) {
            log.error("messages cannot be changed because of a bug; please report it", e);
            return progress.stopped("internal error, see the relay's log: " + e.getMessage());
        }
    }

    private void walk(MessageFilter fixed, Applicable applicable, Step step, Progress progress) {
        List<Candidate> messages = candidates(fixed, applicable, 0);
        while (!messages.isEmpty()) {
            int done = step.process(messages, progress);
            progress.takeMailboxes().forEach(dueSignals::raise);
            long last = messages.get(done - 1).id().value();
            messages = done < messages.size()
                    ? messages.subList(done, messages.size())
                    : candidates(fixed, applicable, last + 1);
        }
    }

    /// The messages to change, determined before the first change.
    private record Scope(MessageFilter selection, long count) {}

    /// Counts the selected messages and excludes messages received later. An ID is generated when the reception
    /// of a message begins, so a message with a lower ID than the newest may be committed after the count.
    /// Without a limit on the time of reception, such a message would be changed without having been counted.
    private static Scope resolve(Statements statements, MessageFilter selection, Applicable applicable)
            throws SQLException {
        long number = JdbcReader.number(statements, applicable.in(selection));
        long latest = statements
                .list(applicable.in(selection).latestReceived(), row -> row.getLong(1))
                .getFirst();
        return new Scope(number == 0 ? selection : selection.before(Instant.ofEpochMilli(latest + 1)), number);
    }

    private List<Candidate> candidates(MessageFilter selection, Applicable applicable, long from) {
        return store.scanners()
                .read(statements ->
                        candidates(statements, applicable.in(selection).from(from), BATCH));
    }

    private static List<Candidate> candidates(Statements statements, FilterSql conditions, int max)
            throws SQLException {
        return statements.list(conditions.list("candidates", Page.Order.OLDEST_FIRST, max), Candidate::of);
    }

    /// @return the first messages, up to and including the one with which their total content reaches the limit
    private static List<Candidate> upTo(long octets, List<Candidate> messages) {
        long sum = 0;
        int count = 0;
        while (count < messages.size() && sum < octets) {
            sum += messages.get(count++).size();
        }
        return messages.subList(0, count);
    }

    private static Batch change(
            MessageChanges changes, Change change, MessageFilter selection, List<Candidate> selected)
            throws SQLException {
        List<Candidate> matching = matching(changes.statements(), selection, Applicable.to(change), selected);
        Set<String> mailboxes = new HashSet<>();
        long changed = 0;
        for (Candidate message : matching) {
            if (!message.leased() && changes.apply(change, message)) {
                mailboxes.add(MessageChanges.mailboxAfter(change, message));
                changed++;
            }
        }
        return new Batch(changed, leased(changes.statements(), selected), mailboxes, Optional.empty());
    }

    private Batch claim(MessageFilter selection, Candidate selected) {
        long lease = -leases.next();
        Instant now = clock.instant();
        return store.committer().write(statements -> {
            List<Candidate> matching = matching(statements, selection, Applicable.OPEN, List.of(selected));
            long skipped = leased(statements, List.of(selected));
            if (matching.isEmpty() || skipped > 0) {
                return new Batch(0, skipped, Set.of(), Optional.empty());
            }
            Optional<Claim> claim =
                    ClaimTables.claimForBounce(statements, matching.getFirst(), lease, now.plus(JdbcClaims.LEASE));
            return new Batch(claim.isPresent() ? 1 : 0, claim.isPresent() ? 0 : 1, Set.of(), claim);
        });
    }

    private void settle(Claim claim, String by, Consumer<Claim> bounce) {
        leases.beginBounce(claim.lease(), by);
        try {
            bounce.accept(claim);
        } catch (RuntimeException | Error e) {
            putBack(claim, e);
            throw e;
        } finally {
            leases.endBounce(claim.lease());
        }
    }

    private void putBack(Claim claim, Throwable why) {
        try {
            store.committer().write(statements -> ClaimTables.putBack(statements, claim));
            dueSignals.raise(claim.mailbox());
        } catch (QueueException e) {
            why.addSuppressed(e); // the next startup ends the lease if it has not expired before
        }
    }

    /// @return the messages that still match the filter
    private static List<Candidate> matching(
            Statements statements, MessageFilter selection, Applicable applicable, List<Candidate> selected)
            throws SQLException {
        List<QueueId> ids = selected.stream().map(Candidate::id).toList();
        return candidates(statements, applicable.in(selection.restrictedTo(ids)), ids.size());
    }

    private static long leased(Statements statements, List<Candidate> selected) throws SQLException {
        long leased = 0;
        for (Candidate message : selected) {
            leased += statements.number("is-leased", message.id().value());
        }
        return leased;
    }

    /// Result of one batch.
    ///
    /// @param mailboxes names of mailboxes and pools whose messages may be due sooner than before
    private record Batch(long changed, long skipped, Set<String> mailboxes, Optional<Claim> claim) {}

    /// Progress of a change.
    private static final class Progress {
        private final long all;
        private final Set<String> mailboxes = new HashSet<>();
        private long changed;
        private long skipped;

        /// @param all number of selected messages
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
                            "%s; %,d of %,d messages were changed; run the command again for the rest",
                            why,
                            changed,
                            all));
        }
    }
}
