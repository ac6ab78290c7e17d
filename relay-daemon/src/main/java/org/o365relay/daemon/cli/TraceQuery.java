package org.o365relay.daemon.cli;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;

/// What somebody looks for, in whatever words: a message's id, a device's address, a mail address, a Message-ID, or
/// something of the subject.
record TraceQuery(String text) {

    /// What the words may be.
    private enum Kind {
        ID("messages of that id"),
        CLIENT("devices' addresses"),
        MESSAGE_ID("Message-IDs"),
        ADDRESS("senders, recipients and Message-IDs"),
        SUBJECT("subjects");

        private final String searched;

        Kind(String place) {
            this.searched = place;
        }
    }

    /// @param base what else is asked for
    /// @return what may be meant, one or several; a message that is meant in any way is looked for
    /// @throws CommandFailed if what else is asked for says something about the same
    List<MessageFilter> filters(MessageFilter base) throws CommandFailed {
        Kind meaning = kind();
        refuseDuplicate(meaning, base);
        return switch (meaning) {
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

    /// @return where it is looked for, in words: "subjects"
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

    private void refuseDuplicate(Kind meaning, MessageFilter base) throws CommandFailed {
        String twice = switch (meaning) {
            case ID -> null;
            case CLIENT -> base.client() == null ? null : "--client";
            case MESSAGE_ID -> base.messageId() == null ? null : "--message-id";
            case ADDRESS ->
                base.sender() != null
                        ? "--sender"
                        : base.recipient() != null ? "--recipient" : base.messageId() == null ? null : "--message-id";
            case SUBJECT -> base.subject() == null ? null : "--subject";
        };
        if (twice != null) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "'" + text + "' is looked for in " + meaning.searched + ", and " + twice
                            + " says something about the same; leave one out, or say it all with filters");
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
