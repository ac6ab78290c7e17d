package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Selects the messages that meet every condition. A null condition matches every message.
///
/// Texts are compared ignoring the case of ASCII letters; `*` matches any sequence of characters. `subject`
/// matches any part of the message's subject. A `client` without `*` must equal the stored address. A domain of
/// `sender` and `recipient` matches in Unicode and as A-labels.
///
/// @param ids queue IDs, at most 10,000; empty for any. Unknown IDs match nothing
/// @param states states of the message; empty for any
/// @param after the message was received at this time or later
/// @param before the message was received before this time
/// @param client IP address of the client
/// @param sender envelope sender; empty for the null sender
/// @param recipient one of the recipients
/// @param mailbox the mailbox or pool that the message waits for; once the message is settled, the last one
/// @param reason reason for the last deferral, as in [MessageEntry#reason()]
/// @param subject a part of the subject
/// @param messageId Message-ID with or without angle brackets
/// @param upTo the newest message to include
/// @param contentKept true for settled messages whose content is kept, which can be resent; false for others
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
        @Nullable QueueId upTo,
        @Nullable Boolean contentKept) {

    /// All messages.
    public static final MessageFilter ALL =
            new MessageFilter(List.of(), Set.of(), null, null, null, null, null, null, null, null, null, null);

    public MessageFilter {
        if (ids.size() > 10_000) {
            throw new IllegalArgumentException(ids.size() + " ids are too many at once");
        }
        ids = List.copyOf(ids);
        states = Set.copyOf(states);
    }

    /// Creates a filter for messages with or without kept content.
    public MessageFilter(
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
        this(ids, states, after, before, client, sender, recipient, mailbox, reason, subject, messageId, upTo, null);
    }

    /// @return whether the filter selects every open message that is not newer than `upTo`
    public boolean isEveryOpenMessage() {
        boolean anyState = states.isEmpty() || openStates().allMatch(states::contains);
        return anyState
                && ids.isEmpty()
                && Stream.of(after, before, client, sender, recipient, mailbox, reason, subject, messageId, contentKept)
                        .allMatch(Objects::isNull);
    }

    private static Stream<MessageState> openStates() {
        return Stream.of(MessageState.values()).filter(MessageState::isOpen);
    }

    /// @param ids the messages, at least one: with an empty list, the filter selects every message
    /// @return a filter for these messages
    public static MessageFilter of(List<QueueId> ids) {
        return new MessageFilter(ids, Set.of(), null, null, null, null, null, null, null, null, null, null);
    }

    /// @return this filter with these IDs, at least one, in place of its own
    public MessageFilter restrictedTo(List<QueueId> some) {
        return with(some, states, before, upTo, contentKept);
    }

    /// @return this filter with this newest message in place of its own `upTo`
    public MessageFilter upTo(QueueId newest) {
        return with(ids, states, before, newest, contentKept);
    }

    /// @return this filter for messages received before this time, in place of its own `before`
    public MessageFilter before(Instant limit) {
        return with(ids, states, limit, upTo, contentKept);
    }

    /// @return this filter with these states in place of its own
    public MessageFilter in(Set<MessageState> wanted) {
        return with(ids, wanted, before, upTo, contentKept);
    }

    /// @return a copy of this filter, limited to messages whose content is kept
    public MessageFilter withKeptContent() {
        return with(ids, states, before, upTo, true);
    }

    /// @return a copy of this filter, limited to messages whose content is not kept
    public MessageFilter withoutKeptContent() {
        return with(ids, states, before, upTo, false);
    }

    private MessageFilter with(
            List<QueueId> some,
            Set<MessageState> wanted,
            @Nullable Instant limit,
            @Nullable QueueId newest,
            @Nullable Boolean kept) {
        return new MessageFilter(
                some, wanted, after, limit, client, sender, recipient, mailbox, reason, subject, messageId, newest,
                kept);
    }
}
