package org.o365relay.daemon.cli.queue;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ExitCode;
import org.o365relay.daemon.cli.types.IpAddressArgument;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;

/// The search text of `trace`: a queue ID, an IP address, an email address, a Message-ID, or part of a subject.
record TraceQuery(String text) {

    /// How the text is interpreted.
    private enum Kind {
        ID("queue IDs"),
        CLIENT("client addresses"),
        MESSAGE_ID("Message-IDs"),
        ADDRESS("senders, recipients and Message-IDs"),
        SUBJECT("subjects");

        private final String searched;

        Kind(String searched) {
            this.searched = searched;
        }
    }

    /// @param base the filter that the options specify
    /// @return one or more filters; a message is found if it matches any of them
    /// @throws CommandFailed if an option already filters by the same property as the text
    List<MessageFilter> filters(MessageFilter base) throws CommandFailed {
        Kind kind = kind();
        refuseDuplicate(kind, base);
        return switch (kind) {
            case ID ->
                QueueId.parse(text)
                        .map(id -> with(base, id, null, null, null, null, null))
                        .map(List::of)
                        .orElseThrow();
            case CLIENT -> List.of(with(base, null, address().orElse(text), null, null, null, null));
            case MESSAGE_ID -> List.of(with(base, null, null, null, null, null, text));
            case ADDRESS ->
                List.of(
                        with(base, null, null, text, null, null, null),
                        with(base, null, null, null, text, null, null),
                        with(base, null, null, null, null, null, text));
            case SUBJECT -> List.of(with(base, null, null, null, null, text, null));
        };
    }

    /// @return the properties that are searched, as named in messages to the user, such as `subjects`
    String searched() {
        return kind().searched;
    }

    private Kind kind() {
        if (QueueId.parse(text).isPresent()) {
            return Kind.ID;
        }
        if (IpAddressArgument.isPattern(text) || address().isPresent()) {
            return Kind.CLIENT;
        }
        if (text.startsWith("<") && text.endsWith(">")) {
            return Kind.MESSAGE_ID;
        }
        return text.contains("@") ? Kind.ADDRESS : Kind.SUBJECT;
    }

    private Optional<String> address() {
        return IpAddressArgument.parse(text);
    }

    private void refuseDuplicate(Kind kind, MessageFilter base) throws CommandFailed {
        String option = switch (kind) {
            case ID -> null;
            case CLIENT -> base.client() == null ? null : "--client";
            case MESSAGE_ID -> base.messageId() == null ? null : "--message-id";
            case ADDRESS ->
                base.sender() != null
                        ? "--sender"
                        : base.recipient() != null ? "--recipient" : base.messageId() == null ? null : "--message-id";
            case SUBJECT -> base.subject() == null ? null : "--subject";
        };
        if (option != null) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "'" + text + "' searches " + kind.searched + ", and " + option
                            + " filters by the same property; use only one of them");
        }
    }

    private static MessageFilter with(
            MessageFilter base,
            @Nullable QueueId id,
            @Nullable String client,
            @Nullable String sender,
            @Nullable String recipient,
            @Nullable String subject,
            @Nullable String messageId) {
        return new MessageFilter(
                id == null ? base.ids() : List.of(id),
                base.states(),
                base.after(),
                base.before(),
                client == null ? base.client() : client,
                sender == null ? base.sender() : sender,
                recipient == null ? base.recipient() : recipient,
                base.mailbox(),
                base.reason(),
                subject == null ? base.subject() : subject,
                messageId == null ? base.messageId() : messageId,
                base.upTo());
    }
}
