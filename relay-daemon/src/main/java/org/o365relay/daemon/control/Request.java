package org.o365relay.daemon.control;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;

/// A request over the control socket; [Protocol] describes each operation. Unknown members of a request are
/// ignored, unless it is a change; unknown members of a filter are an error.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "operation")
@JsonIgnoreProperties(ignoreUnknown = true)
sealed interface Request {

    /// Requests the content of a message, which follows the result.
    record Content(QueueId id) implements Request {}

    /// A request whose response is the result alone.
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

    /// Ignores only the members that every request has, so that any other unknown member is an error unless it
    /// is null.
    @JsonIgnoreProperties({"protocol", "program"})
    record Change(org.o365relay.queue.Change change, MessageFilter filter) implements Operation {}

    record Status() implements Operation {}

    record Pause(EmailAddress mailbox) implements Operation {}

    record Resume(EmailAddress mailbox) implements Operation {}

    record Retry(EmailAddress mailbox) implements Operation {}
}
