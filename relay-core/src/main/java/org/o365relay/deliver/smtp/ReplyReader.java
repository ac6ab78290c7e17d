package org.o365relay.deliver.smtp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.o365relay.deliver.smtp.Received.Complete;
import org.o365relay.deliver.smtp.Received.Fault;
import org.o365relay.deliver.smtp.Received.Invalid;
import org.o365relay.mail.Reply;

/// Reads replies from a stream. The result depends on the octets only, not on how the stream splits them.
///
/// A reply consists of all its lines (RFC 5321 §4.2.1): every line must be well-formed. If the codes of the
/// lines differ, the last one counts if it is a code of failure (4xx or 5xx); if it is not, the reply is
/// invalid. If the stream ends between two lines of a reply, the same rule applies to the lines received. A
/// line ends in CRLF or LF; more than one CR before the LF is tolerated.
final class ReplyReader {

    /// Maximum number of octets of a line, including its end. RFC 5321 §4.5.3.1.5 allows 512, but Exchange
    /// sends diagnostic information of several thousand.
    static final int MAX_LINE = 16 * 1024;
    /// Maximum number of lines of a reply.
    static final int MAX_LINES = 256;
    /// Maximum number of octets of a reply.
    static final int MAX_OCTETS = 64 * 1024;

    private static final int BUFFER_SIZE = 4096;
    // RFC 5321 §4.2: a client accepts a line that consists of the code only
    private static final Pattern LINE = Pattern.compile("[2-5][0-9]{2}(?:[ -][^\\r]*)?");

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_SIZE];
    private int position;
    private int end;

    ReplyReader(InputStream in) {
        this.in = in;
    }

    /// Reads one reply. Blocks until it is complete or invalid.
    Received read() throws IOException {
        List<String> lines = new ArrayList<>();
        int left = MAX_OCTETS;
        while (lines.size() < MAX_LINES) {
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            int limit = Math.min(left, MAX_LINE);
            boolean complete = readLine(octets, limit);
            String line = octets.toString(StandardCharsets.UTF_8);
            if (!complete) {
                return octets.size() < limit
                        ? atEndOfStream(lines, line)
                        : new Invalid(Fault.TOO_LONG, shown(lines, line));
            }
            left -= octets.size();
            String text = withoutEnd(line);
            lines.add(text);
            if (!LINE.matcher(text).matches()) {
                return new Invalid(Fault.MALFORMED, String.join("\n", lines));
            }
            if (text.length() == 3 || text.charAt(3) == ' ') {
                return complete(lines);
            }
        }
        return new Invalid(Fault.TOO_LONG, String.join("\n", lines));
    }

    /// @return whether octets were received that do not belong to a reply read so far
    boolean hasBuffered() {
        return position < end;
    }

    /// Reads from the stream if nothing is buffered. Blocks until there are octets.
    ///
    /// @return whether there are octets; false at the end of the stream
    boolean fill() throws IOException {
        if (position == end) {
            position = 0;
            end = Math.max(0, in.read(buffer));
        }
        return position < end;
    }

    /// @return whether the line is complete; otherwise the limit is reached or the stream has ended
    private boolean readLine(ByteArrayOutputStream line, int limit) throws IOException {
        boolean complete = false;
        while (!complete && line.size() < limit && fill()) {
            int from = position;
            int to = Math.min(end, from + limit - line.size());
            while (!complete && position < to) {
                complete = buffer[position++] == '\n';
            }
            line.write(buffer, from, position - from);
        }
        return complete;
    }

    private static Received atEndOfStream(List<String> lines, String rest) {
        return rest.isEmpty() && !lines.isEmpty() && isFailure(lines.getLast())
                ? complete(lines)
                : new Invalid(Fault.END_OF_STREAM, shown(lines, rest));
    }

    /// @param lines well-formed lines
    private static Received complete(List<String> lines) {
        String code = code(lines.getLast());
        int first = lines.size() - 1;
        while (first > 0 && code(lines.get(first - 1)).equals(code)) {
            first--;
        }
        String text = String.join("\n", lines.subList(first, lines.size()));
        return first == 0 || isFailure(lines.getLast())
                ? new Complete(Reply.parse(text).orElseThrow())
                : new Invalid(Fault.CONTRADICTORY, String.join("\n", lines));
    }

    private static String shown(List<String> lines, String rest) {
        return lines.isEmpty() ? rest : String.join("\n", lines) + "\n" + rest;
    }

    private static String code(String line) {
        return line.substring(0, 3);
    }

    private static boolean isFailure(String line) {
        return line.charAt(0) >= '4';
    }

    private static String withoutEnd(String line) {
        int length = line.length() - 1;
        while (length > 0 && line.charAt(length - 1) == '\r') {
            length--;
        }
        return line.substring(0, length);
    }
}
