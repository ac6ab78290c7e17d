package org.o365relay.daemon.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageDetail;

/// A response over the control socket: a result or an error.
///
/// @param program name and version of the relay
/// @param result the result, a JSON object; null if the request failed
/// @param error the error; null if the request succeeded
@JsonInclude(JsonInclude.Include.NON_NULL)
record ControlResponse(
        int protocol,
        @Nullable String program,
        @Nullable JsonNode result,
        @Nullable Failure error) {

    record Failure(ControlException.Kind kind, String message) {}

    static ControlResponse result(String program, Object result) {
        return new ControlResponse(Protocol.NUMBER, program, ControlJson.tree(result), null);
    }

    static ControlResponse error(String program, ControlException failure) {
        return new ControlResponse(
                Protocol.NUMBER, program, null, new Failure(failure.kind(), String.valueOf(failure.getMessage())));
    }

    /// @return the response as one line of JSON, terminated by LF
    byte[] line() {
        return (ControlJson.toJson(this) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /// @param count number of messages that match
    record Count(long count) {}

    /// @param id queue ID of the newest message; null if there is no message
    record Newest(@Nullable QueueId id) {}

    /// @param message the message; null if it does not exist
    record Shown(@Nullable MessageDetail message) {}

    /// @param size size in octets of the content that follows the response
    record Content(long size) {}

    record Pause(boolean changed) {}
}
