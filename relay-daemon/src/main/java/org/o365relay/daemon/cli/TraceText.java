package org.o365relay.daemon.cli;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Selection;

/// What somebody looks for, in whatever words: a message's id, a device's address, a mail address, a Message-ID, or
/// something of the subject.
record TraceText(String text) {

    private static final Pattern ADDRESSES = Pattern.compile("[0-9a-fA-F.:]*\\*[0-9a-fA-F.:*]*");

    /// @param base what else is asked for
    /// @return what may be meant, one or several; a message that is meant in any way is looked for
    List<Selection> in(Selection base) {
        Optional<QueueId> id = QueueId.parse(text);
        if (id.isPresent()) {
            return List.of(with(base, id.get(), null, null, null, null, null));
        }
        String client = client();
        if (client != null) {
            return List.of(with(base, null, client, null, null, null, null));
        }
        if (text.startsWith("<") && text.endsWith(">")) {
            return List.of(with(base, null, null, null, null, null, text));
        }
        return text.contains("@")
                ? List.of(
                        with(base, null, null, text, null, null, null),
                        with(base, null, null, null, text, null, null),
                        with(base, null, null, null, null, null, text))
                : List.of(with(base, null, null, null, null, text, null));
    }

    private @Nullable String client() {
        if (ADDRESSES.matcher(text).matches() && text.length() > 1) {
            return text;
        }
        try {
            return InetAddress.ofLiteral(text).getHostAddress();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static Selection with(
            Selection base,
            @Nullable QueueId id,
            @Nullable String client,
            @Nullable String sender,
            @Nullable String recipient,
            @Nullable String subject,
            @Nullable String messageId) {
        return new Selection(
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
