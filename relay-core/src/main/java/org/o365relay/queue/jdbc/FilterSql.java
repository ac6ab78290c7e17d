package org.o365relay.queue.jdbc;

import java.net.IDN;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.AsciiCase;
import org.o365relay.mail.Domain;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;

/// Builds statements for a [MessageFilter] from the fragments in `conditions.sql`. The values of the filter are
/// always passed as parameters and never become part of a statement.
///
/// IDs increase with time, so a time range is also translated to a range of IDs. An ID is generated at the MAIL
/// command, but the time of reception is the end of the content, and the clock may be adjusted in between.
/// Therefore the ID range is extended by a day at both ends, and the exact time of reception is compared as
/// well.
final class FilterSql {

    private static final Map<String, String> TEXTS =
            Statements.parse(Statements.resource(FilterSql.class, "conditions.sql"));
    private static final Pattern COMPARISON = Pattern.compile("\\S+ LIKE \\? ESCAPE '\\\\'");
    private static final Duration MARGIN = Duration.ofDays(1);
    private static final Set<MessageState> UNDELIVERED = EnumSet.of(MessageState.FAILED, MessageState.DELETED);

    private enum Source {
        MESSAGES,
        IDS,
        RECIPIENTS,
        UNDELIVERED_RECIPIENTS
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

    /// Excludes IDs below this one.
    FilterSql from(long id) {
        first = Math.max(first, id);
        return this;
    }

    /// Excludes IDs above this one.
    FilterSql until(long id) {
        last = Math.min(last, id);
        return this;
    }

    /// Excludes settled messages.
    FilterSql open() {
        and("open");
        return this;
    }

    /// A statement and its parameters.
    record Query(String text, List<Object> parameters) {}

    /// @param columns name of the SQL fragment that lists the columns to read
    Query list(String columns, Page.Order order, int max) {
        boolean byRecipient = source == Source.RECIPIENTS || source == Source.UNDELIVERED_RECIPIENTS;
        String ordering = switch (order) {
            case OLDEST_FIRST -> byRecipient ? "oldest-recipients-first" : "oldest-first";
            case NEWEST_FIRST -> byRecipient ? "newest-recipients-first" : "newest-first";
        };
        return query(columns, text(ordering), List.of(max));
    }

    Query count() {
        return query("count", "", List.of());
    }

    /// Builds the query for the latest time of reception among the selected messages.
    Query latestReceived() {
        return query("latest-received", "", List.of());
    }

    private Query query(String columns, String order, List<? extends Object> limits) {
        List<Object> bounds = new ArrayList<>(List.of(first, last));
        String recipient = selection.recipient();
        String from = text(from());
        if (source == Source.RECIPIENTS && recipient != null) {
            List<String> patterns = addressPatterns(recipient);
            from = withAlternatives(from, patterns.size());
            bounds.addAll(patterns);
            bounds.addAll(patterns);
        }
        addConditions();
        bounds.addAll(parameters);
        bounds.addAll(limits);
        return new Query(text(columns) + '\n' + from + where + '\n' + order, bounds);
    }

    private String from() {
        return switch (source) {
            case MESSAGES -> "from-messages";
            case IDS -> "from-ids";
            case RECIPIENTS -> "from-recipients";
            case UNDELIVERED_RECIPIENTS -> "from-undelivered-recipients";
        };
    }

    private static Source source(MessageFilter selection) {
        if (!selection.ids().isEmpty()) {
            return Source.IDS;
        }
        if (selection.recipient() != null) {
            return Source.RECIPIENTS;
        }
        boolean undelivered = !selection.states().isEmpty() && UNDELIVERED.containsAll(selection.states());
        return undelivered ? Source.UNDELIVERED_RECIPIENTS : Source.MESSAGES;
    }

    private void addConditions() {
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
            addAddress("sender", selection.sender());
        }
        addText("mailbox", selection.mailbox());
        addText("reason", selection.reason());
        if (selection.subject() != null) {
            and("subject", '%' + pattern(selection.subject()) + '%');
        }
        if (selection.messageId() != null) {
            String bare = selection.messageId().replaceAll("^<|>$", "");
            String bracketed = '<' + pattern(bare) + '>';
            and("message-id-header", bracketed, pattern(bare), bracketed);
        }
        if (source == Source.IDS) {
            addAddress("recipient", selection.recipient());
        }
        if (selection.contentKept() != null) {
            and(selection.contentKept() ? "content-kept" : "content-not-kept");
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

    private void addAddress(String condition, @Nullable String wanted) {
        if (wanted != null) {
            List<String> patterns = addressPatterns(wanted);
            where.append("\nAND ").append(withAlternatives(text(condition), patterns.size()));
            parameters.addAll(patterns);
        }
    }

    private void and(String condition, Object... values) {
        where.append("\nAND ").append(text(condition));
        parameters.addAll(List.of(values));
    }

    /// @return the LIKE patterns for an address, which is stored as the client sent it: with the domain as
    ///     given, as A-labels and in Unicode
    private static List<String> addressPatterns(String wanted) {
        int at = wanted.lastIndexOf('@');
        String local = wanted.substring(0, at + 1);
        Stream<String> others = at < 0
                ? Stream.empty()
                : Domain.parse(wanted.substring(at + 1)).stream()
                        .map(Domain::name)
                        .flatMap(name -> Stream.of(name, IDN.toUnicode(name)))
                        .map(domain -> local + domain);
        return Stream.concat(Stream.of(wanted), others)
                .map(FilterSql::pattern)
                .collect(Collectors.toMap(AsciiCase::lower, text -> text, (first, _) -> first, LinkedHashMap::new))
                .values()
                .stream()
                .toList();
    }

    /// @return the SQL text with each comparison repeated for this number of patterns
    private static String withAlternatives(String sql, int patterns) {
        return COMPARISON
                .matcher(sql)
                .replaceAll(comparison -> Matcher.quoteReplacement(
                        "(" + String.join(" OR ", Collections.nCopies(patterns, comparison.group())) + ")"));
    }

    /// @return the LIKE pattern for a text in which `*` matches any characters
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

    private static long millis(Instant time, Duration offset) {
        if (time.isBefore(Instant.EPOCH)) {
            return 0;
        }
        return time.isAfter(ClaimTables.END_OF_TIME)
                ? ClaimTables.NEVER
                : time.plus(offset).toEpochMilli();
    }
}
