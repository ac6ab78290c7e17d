package org.o365relay.daemon.cli.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.cli.CliEnvironment;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ExitCode;
import org.o365relay.daemon.cli.types.AgeConverter;
import org.o365relay.daemon.cli.types.IpAddressArgument;
import org.o365relay.daemon.cli.types.MessageStateConverter;
import org.o365relay.daemon.cli.types.TimeArgument;
import org.o365relay.mail.AddressKey;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import picocli.CommandLine.Option;

/// The options that filter messages.
final class FilterOptions {

    /// Patterns that match everything, such as `*@*`.
    private static final Pattern ANYTHING = Pattern.compile("[.:@]*\\*[.:@*]*");

    @Option(
            names = "--state",
            paramLabel = "STATE",
            split = ",",
            description = "Messages in these states: ${COMPLETION-CANDIDATES}.",
            completionCandidates = MessageStateConverter.class,
            converter = MessageStateConverter.class)
    private Set<MessageState> states = Set.of();

    @Option(
            names = "--older",
            paramLabel = "AGE",
            converter = AgeConverter.class,
            description = "Received longer ago than AGE: 30m, 2h, 3d.")
    private @Nullable Duration older;

    @Option(
            names = "--younger",
            paramLabel = "AGE",
            converter = AgeConverter.class,
            description = "Received less than AGE ago.")
    private @Nullable Duration younger;

    @Option(
            names = "--after",
            paramLabel = "TIME",
            description = "Received at or after TIME: 08:05, yesterday, 2026-11-20, 2026-11-20T17:42.")
    private @Nullable String after;

    @Option(names = "--before", paramLabel = "TIME", description = "Received before TIME.")
    private @Nullable String before;

    @Option(
            names = "--client",
            paramLabel = "ADDRESS",
            description = "Received from this client, such as 192.168.10.7; * matches anything.")
    private @Nullable String client;

    @Option(
            names = "--sender",
            paramLabel = "ADDRESS",
            description = "With this envelope sender; * matches anything: *@contoso.com; <> for the null sender.")
    private @Nullable String sender;

    @Option(names = "--recipient", paramLabel = "ADDRESS", description = "With this recipient.")
    private @Nullable String recipient;

    @Option(
            names = "--mailbox",
            paramLabel = "MAILBOX",
            description = "Queued for or sent through this mailbox or pool.")
    private @Nullable String mailbox;

    @Option(names = "--reason", paramLabel = "REASON", description = "Deferred for this reason, as shown by \"queue\".")
    private @Nullable String reason;

    @Option(names = "--subject", paramLabel = "TEXT", description = "With this text in the subject.")
    private @Nullable String subject;

    @Option(names = "--message-id", paramLabel = "ID", description = "With this Message-ID.")
    private @Nullable String messageId;

    boolean isEmpty() {
        return states.isEmpty()
                && Stream.of(
                                older, younger, after, before, client, sender, recipient, mailbox, reason, subject,
                                messageId)
                        .allMatch(condition -> condition == null);
    }

    /// @return whether the filter matches every message, for example because no option is given or only
    ///     `--client '*'`
    boolean matchesEverything() {
        return states.isEmpty()
                && Stream.of(younger, after, before).allMatch(condition -> condition == null)
                && (older == null || !older.isPositive())
                && Stream.of(client, sender, recipient, mailbox, reason, subject, messageId)
                        .allMatch(text -> text == null || ANYTHING.matcher(text).matches());
    }

    boolean hasStates() {
        return !states.isEmpty();
    }

    /// @return the value of `--recipient`, even if there are other filters; null if the option is not given
    @Nullable
    String recipient() {
        return recipient;
    }

    /// @return whether `--recipient` is the only filter
    boolean hasOnlyRecipient() {
        return recipient != null
                && states.isEmpty()
                && Stream.of(older, younger, after, before, client, sender, mailbox, reason, subject, messageId)
                        .allMatch(condition -> condition == null);
    }

    /// @param environment supplies the current time and the time zone
    /// @param ids the messages to restrict the filter to; empty for no restriction
    /// @throws CommandFailed if a value is invalid, or two values contradict each other
    MessageFilter filter(CliEnvironment environment, List<QueueId> ids) throws CommandFailed {
        Instant now = environment.clock().instant();
        TimeArgument times = new TimeArgument(now, environment.zone());
        Instant from = bound("--younger", younger, "--after", after, times);
        Instant until = bound("--older", older, "--before", before, times);
        if (from != null && until != null && !from.isBefore(until)) {
            throw usageError("the time range is empty: after " + from + " and before " + until);
        }
        return new MessageFilter(
                ids,
                states,
                from,
                until,
                client == null ? null : client(client),
                sender == null ? null : sender.equals("<>") ? "" : nonBlank("--sender", sender),
                nonBlank("--recipient", recipient),
                mailboxName(nonBlank("--mailbox", mailbox)),
                nonBlank("--reason", reason),
                nonBlank("--subject", subject),
                nonBlank("--message-id", messageId),
                null);
    }

    private static @Nullable Instant bound(
            String ageOption, @Nullable Duration age, String timeOption, @Nullable String time, TimeArgument times)
            throws CommandFailed {
        if (age != null && time != null) {
            throw usageError(ageOption + " and " + timeOption + " cannot be combined");
        }
        if (age != null) {
            Instant then = times.now().minus(age);
            return then.isBefore(Instant.EPOCH) ? Instant.EPOCH : then;
        }
        if (time == null) {
            return null;
        }
        return times.parse(time)
                .orElseThrow(() -> usageError(timeOption + ": '" + time
                        + "' is not a time; use for example 08:05, yesterday, 2026-11-20, \"2026-11-20 17:42\""));
    }

    /// @return the address in the form that the queue stores, such as `2001:db8:0:0:0:0:0:7` for `2001:db8::7`;
    ///     if the text contains `*`, the unchanged text
    static String client(String text) throws CommandFailed {
        if (text.contains("*")) {
            return text;
        }
        return IpAddressArgument.parse(text)
                .orElseThrow(() -> usageError(
                        "--client: '" + text + "' is not an IP address; use for example 192.168.10.7 or 192.168.10.*"));
    }

    private static @Nullable String mailboxName(@Nullable String text) {
        return text == null || text.contains("*") ? text : AddressKey.ofName(text);
    }

    private static @Nullable String nonBlank(String option, @Nullable String text) throws CommandFailed {
        if (text != null && text.isBlank()) {
            throw usageError(option + " is empty; leave it out to match any");
        }
        return text;
    }

    private static CommandFailed usageError(String message) {
        return new CommandFailed(ExitCode.USAGE, message);
    }
}
