package org.o365relay.daemon.control;

import org.jspecify.annotations.Nullable;

/// What is said over the control socket. Whoever connects says one line and hears one; each is a JSON object in
/// ASCII that ends with LF:
///
/// ```
/// {"protocol":1,"program":"o365-relay 0.1.0","ask":"count","selection":{…}}
/// {"protocol":1,"program":"o365-relay 0.1.0","answer":{"count":3}}
/// {"protocol":1,"program":"o365-relay 0.1.0","error":{"kind":"bad-request","message":"…"}}
/// ```
///
/// | ask | with | answer |
/// | --- | --- | --- |
/// | `overview` | | an overview |
/// | `find` | `selection`, `order`, `from`, `most` | a page |
/// | `count` | `selection` | `count` |
/// | `newest` | | `id` |
/// | `show` | `id` | `message`: a detail, or null |
/// | `content` | `id` | `size`; then come as many octets, or fewer if it is not whole |
/// | `change` | `change`, `selection` | an effect |
/// | `status` | | a status |
/// | `pause`, `resume` | `mailbox` | `done` |
///
/// The objects are those of [ControlJson] and [ChangeJson]. A newer program may ask for more; the number changes
/// when an older one would be misunderstood. Only a program of the relay's own version may `change` anything, and
/// members of a selection or a change that are not known are an error: overlooked, they would make it a larger one.
final class Protocol {

    static final int NUMBER = 1;

    /// Longest request, in octets.
    static final int MAX_REQUEST = 64 * 1024;

    private Protocol() {}

    static JsonObject request(String program, String ask) {
        return envelope(program).with("ask", ask);
    }

    static JsonObject result(String program, JsonObject answer) {
        return envelope(program).with("answer", answer);
    }

    static JsonObject error(String program, ControlException failure) {
        return envelope(program)
                .with("error", new JsonObject().with("kind", failure.kind()).with("message", failure.getMessage()));
    }

    private static JsonObject envelope(String program) {
        return new JsonObject().with("protocol", NUMBER).with("program", program);
    }

    /// @return whether it was written by a program that means the same by it
    static boolean isSupported(JsonObject line) {
        return line.number("protocol") == NUMBER;
    }

    /// Reading goes well between versions. But what an older or newer program takes for a small change may be a large
    /// one for this.
    ///
    /// @param running program of the relay
    /// @return whether messages are to be changed by a program of another version
    static boolean isChangeByOtherVersion(JsonObject request, String running) {
        return "change".equals(request.textOrNull("ask")) && !running.equals(request.textOrNull("program"));
    }

    /// @param asking program
    /// @param running program of the relay
    static ControlException versionMismatch(@Nullable String asking, @Nullable String running) {
        return new ControlException(
                ControlException.Kind.VERSION_MISMATCH,
                "this command is " + (asking == null ? "of another version" : asking) + ", and the relay that runs is "
                        + (running == null ? "of another version" : running)
                        + ": they do not understand each other. Restart the relay after an upgrade (systemctl restart"
                        + " o365-relay), or use the command that belongs to it");
    }
}
