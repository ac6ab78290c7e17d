package org.o365relay.daemon.explain;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.o365relay.accept.SimulatedMessage;
import org.o365relay.accept.SimulatedSession;
import org.o365relay.accept.session.Session;

/// A dialogue with a simulated session.
final class ExplainedDialogue {

    private static final int PIECE = 64 * 1024;
    private static final Pattern LOGIN = Pattern.compile("(?i)^(\\s*(?:AUTH\\s+\\S+|AUTH\\S+)\\s+).*");

    private final SimulatedSession session;
    private final List<Exchange> exchanges = new ArrayList<>();
    private boolean afterLogin; // since AUTH, no other command

    ExplainedDialogue(SimulatedSession session) {
        this.session = session;
        exchanges.add(new Exchange("", session.replies()));
    }

    List<Exchange> exchanges() {
        return exchanges;
    }

    boolean isOpen() {
        return session.isOpen();
    }

    Optional<SimulatedMessage> message() {
        return session.message();
    }

    /// Sends a command.
    ///
    /// @return whether it was accepted
    boolean say(String command) {
        session.send((command + "\r\n").getBytes(StandardCharsets.UTF_8));
        exchanges.add(new Exchange(command, shown(session.replies())));
        return exchanges.getLast().isAccepted();
    }

    /// Sends a message after DATA.
    void message(byte[] message) {
        byte[] content = withCrlf(message);
        ByteArrayOutputStream octets = new ByteArrayOutputStream(content.length + 16);
        boolean lineBegins = true;
        for (byte octet : content) {
            if (lineBegins && octet == '.') {
                octets.write('.'); // RFC 5321 §4.5.2
            }
            octets.write(octet);
            lineBegins = octet == '\n';
        }
        octets.writeBytes((lineBegins ? ".\r\n" : "\r\n.\r\n").getBytes(StandardCharsets.US_ASCII));
        send(octets.toByteArray());
        exchanges.add(new Exchange(content(content.length), shown(session.replies())));
    }

    private void send(byte[] octets) {
        for (int from = 0; from < octets.length; from += PIECE) {
            session.send(Arrays.copyOfRange(octets, from, Math.min(octets.length, from + PIECE)));
        }
    }

    /// Sends what a client has sent, line by line, until the relay closes the connection. Lines
    /// without a reply are content.
    void recording(byte[] octets) {
        byte[] lines = withCrlf(octets);
        int contentLength = 0;
        int from = 0;
        while (from < lines.length && session.isOpen()) {
            int end = from;
            while (end < lines.length && lines[end] != '\n') {
                end++;
            }
            end = Math.min(lines.length, end + 1);
            byte[] line = Arrays.copyOfRange(lines, from, end);
            session.send(line);
            List<String> replies = shown(session.replies());
            contentLength += line.length;
            if (contentLength == line.length && replies.isEmpty() && shown(line).matches("(?i)BDAT\\s.*")) {
                exchanges.add(new Exchange(shown(line), List.of())); // answered after its chunk
                contentLength = 0;
            } else if (!replies.isEmpty()) {
                boolean isLine = contentLength == line.length;
                exchanges.add(new Exchange(isLine ? shown(line) : content(contentLength), replies));
                contentLength = 0;
            }
            from = end;
        }
        if (contentLength > 0) {
            exchanges.add(new Exchange(content(contentLength), List.of()));
        }
    }

    private static String content(int octets) {
        return "(content, " + octets + " octets)";
    }

    /// Masks passwords, even those that a client sends though the relay has not replied 334 to its AUTH.
    ///
    /// @return the line, without a password
    private String shown(byte[] line) {
        String text = new String(line, StandardCharsets.UTF_8).stripTrailing();
        if (exchanges.getLast().reply().startsWith("334")) {
            return "(login, not shown)";
        }
        if (text.stripLeading().regionMatches(true, 0, "AUTH", 0, 4)) {
            afterLogin = true;
            return LOGIN.matcher(text).replaceFirst("$1(not shown)");
        }
        afterLogin &= !Session.isCommand(text);
        return afterLogin ? "(login, not shown)" : text;
    }

    private static List<String> shown(List<String> replies) {
        return replies.stream()
                .map(line -> line.replace("Queued as " + SimulatedMessage.ID, "Queued as (queue ID)"))
                .toList();
    }

    /// @return the octets, with CRLF line ends if all of them are LF
    private static byte[] withCrlf(byte[] octets) {
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        return text.indexOf('\r') >= 0 ? octets : text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
}
