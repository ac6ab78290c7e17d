package org.o365relay.daemon.control;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;

/// A request over the control socket; [Protocol] describes each operation. Unknown members of a request are
/// ignored, except in a change. In a change or a filter, they are an error unless their value is null.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "operation")
@JsonIgnoreProperties(ignoreUnknown = true)
sealed interface Request {

    /// Requests the content of a message. The relay sends the content after the response line.
    record Content(QueueId id) implements Request {}

    /// A request that is answered by one response line without further content.
    sealed interface Operation extends Request {}

    record Summary() implements Operation {}

    record Find(
            MessageFilter filter,
            Page.Order order,
            @Nullable QueueId from,
            int limit) implements Operation {}

    record Count(MessageFilter filter) implements Operation {}

    record Newest() implements Operation {}

    record Show(QueueId id) implements Operation {}

    /// Ignores only the members that every request has: any other unknown member is an error unless its value
    /// is null.
    @JsonIgnoreProperties({"protocol", "program"})
    record Change(org.o365relay.queue.Change change, MessageFilter filter) implements Operation {}

    record Status() implements Operation {}

    record Pause(EmailAddress mailbox) implements Operation {}

    record Resume(EmailAddress mailbox) implements Operation {}

    record Retry(EmailAddress mailbox) implements Operation {}

    record Reload(String file, boolean compareOnly) implements Operation {}
}
