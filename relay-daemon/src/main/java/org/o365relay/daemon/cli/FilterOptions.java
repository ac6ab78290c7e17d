package org.o365relay.daemon.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import picocli.CommandLine.Option;

/// The options that say which messages are meant.
final class FilterOptions {

    /// `*@*` is every address there is.
    private static final Pattern ANYTHING = Pattern.compile("[.:@]*\\*[.:@*]*");

    @Option(
            names = "--state",
            paramLabel = "STATE",
            split = ",",
            description = "In one of these states: ${COMPLETION-CANDIDATES}.",
            completionCandidates = MessageStateConverter.class,
            converter = MessageStateConverter.class)
    private Set<MessageState> states = Set.of();

    @Option(
            names = "--older",
            paramLabel = "AGE",
            converter = AgeConverter.class,
            description = "Received longer ago than that: 30m, 2h, 3d.")
    private @Nullable Duration older;

    @Option(
            names = "--younger",
            paramLabel = "AGE",
            converter = AgeConverter.class,
            description = "Received within that time.")
    private @Nullable Duration younger;

    @Option(
            names = "--after",
            paramLabel = "TIME",
            description = "Received then or later: 08:05, yesterday, 2026-11-20, \"2026-11-20 17:42\".")
    private @Nullable String after;

    @Option(names = "--before", paramLabel = "TIME", description = "Received before that.")
    private @Nullable String before;

    @Option(names = "--client", paramLabel = "ADDRESS", description = "From this device: 192.168.10.7, 192.168.10.*")
    private @Nullable String client;

    @Option(
            names = "--sender",
            paramLabel = "ADDRESS",
            description = "With this envelope sender; * stands for anything: *@contoso.com; <> for none.")
    private @Nullable String sender;

    @Option(names = "--recipient", paramLabel = "ADDRESS", description = "To this recipient, among others.")
    private @Nullable String recipient;

    @Option(
            names = "--mailbox",
            paramLabel = "MAILBOX",
            description = "That wait for this mailbox or pool, or went through it.")
    private @Nullable String mailbox;

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            description = "That wait for this reason, as \"queue\" shows it.")
    private @Nullable String reason;

    @Option(names = "--subject", paramLabel = "TEXT", description = "With this somewhere in the subject.")
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

    /// @return whether every message is like that: `--client '*'`, `--older 0s`, or nothing at all
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

    /// @return who is meant by `--recipient`, which may not be the only filter
    @Nullable
    String recipient() {
        return recipient;
    }

    /// @return whether there is nothing but `--recipient`
    boolean hasOnlyRecipient() {
        return recipient != null
                && states.isEmpty()
                && Stream.of(older, younger, after, before, client, sender, mailbox, reason, subject, messageId)
                        .allMatch(condition -> condition == null);
    }

    /// @param place where and when the question is asked
    /// @param ids these alone; none for any
    /// @throws CommandFailed if the conditions make no sense, by themselves or together
    MessageFilter filter(CliEnvironment place, List<QueueId> ids) throws CommandFailed {
        Instant now = place.clock().instant();
        TimeArgument times = new TimeArgument(now, place.zone());
        Instant from = bound("--younger", younger, "--after", after, times);
        Instant until = bound("--older", older, "--before", before, times);
        if (from != null && until != null && !from.isBefore(until)) {
            throw usageError("nothing can be received after " + from + " and before " + until);
        }
        return new MessageFilter(
                ids,
                states,
                from,
                until,
                client == null ? null : client(client),
                sender == null ? null : sender.equals("<>") ? "" : nonBlank("--sender", sender),
                nonBlank("--recipient", recipient),
                nonBlank("--mailbox", mailbox),
                nonBlank("--reason", reason),
                nonBlank("--subject", subject),
                nonBlank("--message-id", messageId),
                null);
    }

    private static @Nullable Instant bound(
            String ageOption, @Nullable Duration age, String timeOption, @Nullable String time, TimeArgument times)
            throws CommandFailed {
        if (age != null && time != null) {
            throw usageError(ageOption + " and " + timeOption + " say the same in two ways; leave one out");
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
                        + "' is no time; use for example 08:05, yesterday, 2026-11-20, \"2026-11-20 17:42\""));
    }

    /// @return as the queue has it: `2001:db8::7` is `2001:db8:0:0:0:0:0:7` there
    static String client(String text) throws CommandFailed {
        if (text.contains("*")) {
            return text;
        }
        return IpAddressArgument.parse(text)
                .orElseThrow(() -> usageError(
                        "--client: '" + text + "' is no IP address; use for example 192.168.10.7 or 192.168.10.*"));
    }

    private static @Nullable String nonBlank(String option, @Nullable String text) throws CommandFailed {
        if (text != null && text.isBlank()) {
            throw usageError(option + " is empty; leave it out to ask for any");
        }
        return text;
    }

    private static CommandFailed usageError(String message) {
        return new CommandFailed(ExitCode.USAGE, message);
    }
}
