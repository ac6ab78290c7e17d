package org.o365relay.accept.session;

import java.util.ArrayList;
import java.util.List;
import org.o365relay.mail.Reply;

/// The extensions listed by EHLO, and the commands listed by HELP.
///
/// @param messageSize maximum message size in octets
/// @param startTls whether STARTTLS is available now
/// @param auth whether AUTH is available now
public record Extensions(long messageSize, boolean startTls, boolean auth) {

    Reply ehlo(String hostname) {
        List<String> lines = new ArrayList<>(12);
        lines.add(hostname);
        lines.add("PIPELINING"); // RFC 2920
        lines.add("SIZE " + messageSize); // RFC 1870
        lines.add("8BITMIME"); // RFC 6152
        lines.add("SMTPUTF8"); // RFC 6531
        lines.add("CHUNKING"); // RFC 3030
        lines.add("BINARYMIME"); // RFC 3030
        lines.add("DSN"); // RFC 3461
        if (startTls) {
            lines.add("STARTTLS"); // RFC 3207
        }
        if (auth) {
            lines.add("AUTH LOGIN PLAIN"); // RFC 4954; no CRAM-MD5: some printers disconnect when it is offered
        }
        lines.add("ENHANCEDSTATUSCODES"); // RFC 2034
        return new Reply(250, null, lines);
    }

    Reply help() {
        return Reply.of(
                214,
                "2.0.0",
                "EHLO, HELO, MAIL FROM, RCPT TO, DATA, BDAT, RSET, NOOP, VRFY, HELP, QUIT"
                        + (startTls ? ", STARTTLS" : "")
                        + (auth ? ", AUTH LOGIN, AUTH PLAIN" : ""));
    }
}
