package org.o365relay.daemon.control;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/// The protocol of the control socket. The client sends one request and receives one response; each is a JSON
/// object in ASCII, terminated by LF:
///
/// ```
/// {"protocol":1,"program":"o365-relay 0.1.0","operation":"count","filter":{…}}
/// {"protocol":1,"program":"o365-relay 0.1.0","result":{"count":3}}
/// {"protocol":1,"program":"o365-relay 0.1.0","error":{"kind":"bad-request","message":"…"}}
/// ```
///
/// | operation | arguments | result |
/// | --- | --- | --- |
/// | `summary` | | a queue summary |
/// | `find` | `filter`, `order`, `from`, `limit` | a page |
/// | `count` | `filter` | `count` |
/// | `newest` | | `id` |
/// | `show` | `id` | `message`: details, or null |
/// | `content` | `id` | `size`; followed by the content, which is incomplete if shorter than `size` |
/// | `change` | `change`, `filter` | `changed`, `skipped`, `stopped` |
/// | `status` | | a status |
/// | `pause` | `mailbox` | `changed` |
/// | `resume`, `retry` | `mailbox` | `changed`, `resumed`, `probes` |
/// | `reload` | `file`, `compareOnly` | `outcome`, `changes`, `remarks`, `problems` |
///
/// [Request], [ControlResponse] and [ControlJson] define the objects. Operations and members may be added; the
/// protocol number changes when an older program would misunderstand a newer one. A `change` is accepted only
/// from a command of the same version as the relay. Unknown members of a filter or a change are an error unless
/// they are null: ignoring them could change more messages than intended.
final class Protocol {

    static final int NUMBER = 1;

    /// Maximum length of a request including its LF, in bytes.
    static final int MAX_REQUEST = 64 * 1024;

    private Protocol() {}

    /// The members that every request has.
    ///
    /// @param program name and version of the command
    record Caller(int protocol, @Nullable String program) {}

    static String request(String program, Request request) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("protocol", NUMBER).put("program", program).setAll((ObjectNode) ControlJson.tree(request));
        return ControlJson.toJson(line);
    }

    /// Other requests are accepted from a command of any version, but a change is not: another version may
    /// interpret a filter differently.
    ///
    /// @param client name and version of the command; null if unknown
    /// @param running name and version of the relay
    /// @return whether the request is a change by a command of another version
    static boolean isChangeByOtherVersion(Request request, @Nullable String client, String running) {
        return request instanceof Request.Change && !running.equals(client);
    }

    /// @param client name and version of the command; null if unknown
    /// @param running name and version of the relay; null if unknown
    static ControlException versionMismatch(@Nullable String client, @Nullable String running) {
        return new ControlException(
                ControlException.Kind.VERSION_MISMATCH,
                "version mismatch: this command is " + (client == null ? "of another version" : client)
                        + ", the running relay is " + (running == null ? "of another version" : running)
                        + ". After an upgrade, restart the relay (systemctl restart o365-relay); otherwise use the"
                        + " command installed with the running relay");
    }
}
