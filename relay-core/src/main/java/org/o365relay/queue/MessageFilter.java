package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Which messages are meant: those that meet every condition.
///
/// Texts are compared without regard to the case of ASCII letters, and `*` stands for any characters. The subject is
/// looked for
/// anywhere in the message's.
///
/// @param ids these alone, at most 10,000; empty for any. Ids that are not known select nothing
/// @param states any of these; empty for any
/// @param after received then or later; null for any time
/// @param before received before; null for any time
/// @param client IP address; null for any, as all that follow
/// @param sender envelope sender; empty for the null sender
/// @param recipient one of the recipients
/// @param mailbox the mailbox or pool it waits for, or went through
/// @param reason why it waits, as in [MessageEntry#reason()]
/// @param subject a part of it
/// @param messageId with or without its brackets
/// @param upTo none that came in later than this one; null for no limit
public record MessageFilter(
        List<QueueId> ids,
        Set<MessageState> states,
        @Nullable Instant after,
        @Nullable Instant before,
        @Nullable String client,
        @Nullable String sender,
        @Nullable String recipient,
        @Nullable String mailbox,
        @Nullable String reason,
        @Nullable String subject,
        @Nullable String messageId,
        @Nullable QueueId upTo) {

    /// Everything.
    public static final MessageFilter ALL =
            new MessageFilter(List.of(), Set.of(), null, null, null, null, null, null, null, null, null, null);

    public MessageFilter {
        if (ids.size() > 10_000) {
            throw new IllegalArgumentException(ids.size() + " ids are too many at once");
        }
        ids = List.copyOf(ids);
        states = Set.copyOf(states);
    }

    /// @return whether every open message is meant that came in until then
    public boolean isEveryOpenMessage() {
        boolean anyState = states.isEmpty() || everyOpenState().allMatch(states::contains);
        return anyState
                && ids.isEmpty()
                && Stream.of(after, before, client, sender, recipient, mailbox, reason, subject, messageId)
                        .allMatch(Objects::isNull);
    }

    private static Stream<MessageState> everyOpenState() {
        return Stream.of(MessageState.values()).filter(MessageState::isOpen);
    }

    /// @return these messages
    public static MessageFilter of(List<QueueId> ids) {
        return new MessageFilter(ids, Set.of(), null, null, null, null, null, null, null, null, null, null);
    }

    /// @return the same, of these messages alone
    MessageFilter restrictedTo(List<QueueId> some) {
        return new MessageFilter(
                some, states, after, before, client, sender, recipient, mailbox, reason, subject, messageId, upTo);
    }

    /// @return the same, of those that came in until then
    public MessageFilter upTo(QueueId newest) {
        return new MessageFilter(
                ids, states, after, before, client, sender, recipient, mailbox, reason, subject, messageId, newest);
    }

    /// @return the same, of those received before
    MessageFilter before(Instant limit) {
        return new MessageFilter(
                ids, states, after, limit, client, sender, recipient, mailbox, reason, subject, messageId, upTo);
    }

    /// @return the same, of those in these states
    public MessageFilter in(Set<MessageState> wanted) {
        return new MessageFilter(
                ids, wanted, after, before, client, sender, recipient, mailbox, reason, subject, messageId, upTo);
    }
}
