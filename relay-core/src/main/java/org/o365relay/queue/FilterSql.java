package org.o365relay.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// Puts together statements about the messages of a [MessageFilter] from the texts of `conditions.sql`, and from
/// nothing else: whatever somebody has asked for is a parameter.
///
/// Times become ranges of ids first, for ids grow with time. An id is made when MAIL comes, and a message is
/// received at its final dot, and clocks are set; so the range is a day longer at both ends, and the exact time
/// is compared, too.
final class FilterSql {

    private static final Map<String, String> TEXTS = Statements.parse(Statements.resource("conditions.sql"));
    private static final Duration MARGIN = Duration.ofDays(1);
    private static final Set<MessageState> ENDED_BADLY = EnumSet.of(MessageState.FAILED, MessageState.DELETED);

    private enum Source {
        MESSAGES,
        IDS,
        RECIPIENTS,
        ENDED_RECIPIENTS
    }

    private final MessageFilter selection;
    private final Source source;
    private final StringBuilder where = new StringBuilder();
    private final List<Object> parameters = new ArrayList<>();
    private long first;
    private long last;

    private FilterSql(MessageFilter selection) {
        this.selection = selection;
        this.source = source(selection);
        this.first = selection.after() == null ? 0 : QueueIds.first(millis(selection.after(), MARGIN.negated()));
        this.last = selection.before() == null ? Long.MAX_VALUE : QueueIds.first(millis(selection.before(), MARGIN));
        if (selection.upTo() != null) {
            last = Math.min(last, selection.upTo().value());
        }
    }

    static FilterSql of(MessageFilter selection) {
        return new FilterSql(selection);
    }

    /// None before this one.
    FilterSql from(long id) {
        first = Math.max(first, id);
        return this;
    }

    /// None behind this one.
    FilterSql until(long id) {
        last = Math.min(last, id);
        return this;
    }

    /// Open ones only.
    FilterSql open() {
        and("open");
        return this;
    }

    /// A statement and its parameters.
    record Query(String text, List<Object> parameters) {}

    /// @param wanted the name of what is wanted of each message
    Query list(String wanted, Page.Order order, int most) {
        boolean byRecipient = source == Source.RECIPIENTS || source == Source.ENDED_RECIPIENTS;
        String sorted = switch (order) {
            case OLDEST_FIRST -> byRecipient ? "oldest-recipients-first" : "oldest-first";
            case NEWEST_FIRST -> byRecipient ? "newest-recipients-first" : "newest-first";
        };
        return query(wanted, text(sorted), List.of(most));
    }

    Query count() {
        return query("count", "", List.of());
    }

    /// When the last of them came in.
    Query latestReceived() {
        return query("latest-received", "", List.of());
    }

    private Query query(String wanted, String order, List<? extends Object> behind) {
        List<Object> bounds = new ArrayList<>(List.of(first, last));
        String recipient = selection.recipient();
        if (source == Source.RECIPIENTS && recipient != null) {
            bounds.add(pattern(recipient));
            bounds.add(pattern(recipient));
        }
        add();
        bounds.addAll(parameters);
        bounds.addAll(behind);
        String from = switch (source) {
            case MESSAGES -> "from-messages";
            case IDS -> "from-ids";
            case RECIPIENTS -> "from-recipients";
            case ENDED_RECIPIENTS -> "from-undelivered-recipients";
        };
        return new Query(text(wanted) + '\n' + text(from) + where + '\n' + order, bounds);
    }

    private static Source source(MessageFilter selection) {
        if (!selection.ids().isEmpty()) {
            return Source.IDS;
        }
        if (selection.recipient() != null) {
            return Source.RECIPIENTS;
        }
        boolean endedBadly = !selection.states().isEmpty() && ENDED_BADLY.containsAll(selection.states());
        return endedBadly ? Source.ENDED_RECIPIENTS : Source.MESSAGES;
    }

    private void add() {
        addIds();
        addStates();
        if (selection.after() != null) {
            and("received-from", millis(selection.after(), Duration.ZERO));
        }
        if (selection.before() != null) {
            and("received-before", millis(selection.before(), Duration.ZERO));
        }
        if (selection.client() != null && selection.client().indexOf('*') < 0) {
            and("exact-client", selection.client());
        } else {
            addText("client", selection.client());
        }
        if ("".equals(selection.sender())) {
            and("null-sender");
        } else {
            addText("sender", selection.sender());
        }
        addText("mailbox", selection.mailbox());
        addText("reason", selection.reason());
        if (selection.subject() != null) {
            and("subject", '%' + pattern(selection.subject()) + '%');
        }
        if (selection.messageId() != null) {
            String bare = selection.messageId().replaceAll("^<|>$", "");
            and("message-id-header", '<' + pattern(bare) + '>', pattern(bare));
        }
        if (source == Source.IDS) {
            addText("recipient", selection.recipient());
        }
    }

    private void addIds() {
        if (source == Source.IDS) {
            where.append("\nAND message.id IN (")
                    .append(String.join(
                            ", ", Collections.nCopies(selection.ids().size(), "?")))
                    .append(')');
            selection.ids().forEach(id -> parameters.add(id.value()));
        }
    }

    private void addStates() {
        if (!selection.states().isEmpty()) {
            StringJoiner any = new StringJoiner("\n OR ", "\nAND (", ")");
            EnumSet.copyOf(selection.states()).forEach(state -> any.add(text(name(state))));
            where.append(any);
        }
    }

    private static String name(MessageState state) {
        return switch (state) {
            case QUEUED -> "state-queued";
            case DEFERRED -> "state-deferred";
            case DELIVERING -> "state-delivering";
            case HELD -> "state-held";
            case DELIVERED -> "state-delivered";
            case FAILED -> "state-failed";
            case DELETED -> "state-deleted";
        };
    }

    private void addText(String condition, @Nullable String wanted) {
        if (wanted != null) {
            and(condition, pattern(wanted));
        }
    }

    private void and(String condition, Object... values) {
        where.append("\nAND ").append(text(condition));
        parameters.addAll(List.of(values));
    }

    /// @return for LIKE
    private static String pattern(String wanted) {
        return wanted.replace("\\", "\\\\")
                .replace("%", "\\%")
                .replace("_", "\\_")
                .replace('*', '%');
    }

    private static String text(String name) {
        String text = TEXTS.get(name);
        if (text == null) {
            throw new IllegalArgumentException("no condition named " + name);
        }
        return text;
    }

    private static long millis(Instant time, Duration more) {
        if (time.isBefore(Instant.EPOCH)) {
            return 0;
        }
        return time.isAfter(ClaimTables.END_OF_TIME)
                ? ClaimTables.END_OF_TIME.toEpochMilli()
                : time.plus(more).toEpochMilli();
    }
}
