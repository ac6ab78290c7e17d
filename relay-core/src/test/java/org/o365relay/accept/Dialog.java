package org.o365relay.accept;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A `.smtp` file: a dialog, and the messages that must be in the queue after it.
///
/// ```
/// ## prose
/// # limits recipients=2     directives: limits, queue, trusted, client, tolerance, deviation, auth, ... (see
///                           DialogSettings)
/// # counted no-helo 2       how often this deviation of the client must have been counted at the end
/// C: text                   the client's line; lines up to the next S: are sent in one packet
/// C> text                   the same without a line end
/// S: 250 2.1.0 *            one line of a reply, with * for anything
/// S: <extensions>           any lines of a reply, before its last line
/// S: <close>                the server closes; the last line of every dialog
/// M: <sender> -> <one> <two>   a message in the queue
/// A: ESMTP printer          its protocol and HELO name
/// D: text                   its next line, with CRLF
/// D> text                   the same without a line end
/// ```
///
/// In C and D, `\r \n \0 \t \\` and `\xHH` stand for octets.
record Dialog(List<String> directives, List<Turn> turns, List<Message> messages) {

    sealed interface Turn {
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Client(byte[] octets) implements Turn {}

        record Server(Pattern line) implements Turn {}

        record Extensions() implements Turn {}

        record Close() implements Turn {}
    }

    /// @param content the expected octets, as ISO-8859-1
    record Message(String envelope, @Nullable String arrival, String content) {}

    static Dialog read(Path file) throws IOException {
        Reader reader = new Reader();
        Files.readAllLines(file).forEach(reader::line);
        return reader.dialog();
    }

    private static final class Reader {
        private final List<String> directives = new ArrayList<>();
        private final List<Turn> turns = new ArrayList<>();
        private final List<Message> messages = new ArrayList<>();
        private final ByteArrayOutputStream packet = new ByteArrayOutputStream();

        void line(String line) {
            if (line.isBlank() || line.startsWith("##")) {
                return;
            }
            String text = line.length() > 2 ? line.substring(line.charAt(2) == ' ' ? 3 : 2) : "";
            switch (line.substring(0, 2)) {
                case "# " -> directives.add(line.substring(2));
                case "C:" -> packet.writeBytes(octets(text + "\\r\\n"));
                case "C>" -> packet.writeBytes(octets(text));
                case "S:" -> server(text);
                case "M:" -> messages.add(new Message(text, null, ""));
                case "A:" -> messages.add(new Message(messages.removeLast().envelope(), text, ""));
                case "D:" -> content(text + "\\r\\n");
                case "D>" -> content(text);
                default -> throw new IllegalArgumentException("not a dialog's line: " + line);
            }
        }

        Dialog dialog() {
            if (packet.size() > 0 || !(turns.getLast() instanceof Turn.Close)) {
                throw new IllegalArgumentException("a dialog ends with S: <close>");
            }
            return new Dialog(directives, turns, messages);
        }

        private void server(String text) {
            if (packet.size() > 0) {
                turns.add(new Turn.Client(packet.toByteArray()));
                packet.reset();
            }
            turns.add(
                    switch (text) {
                        case "<close>" -> new Turn.Close();
                        case "<extensions>" -> new Turn.Extensions();
                        default -> new Turn.Server(pattern(text));
                    });
        }

        private void content(String text) {
            Message message = messages.removeLast();
            String more = new String(octets(text), StandardCharsets.ISO_8859_1);
            messages.add(new Message(message.envelope(), message.arrival(), message.content() + more));
        }
    }

    private static Pattern pattern(String text) {
        String regex = Stream.of(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(regex);
    }

    private static byte[] octets(String text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                int codePoint = text.codePointAt(i);
                octets.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(codePoint) - 1;
                continue;
            }
            char escaped = text.charAt(++i);
            switch (escaped) {
                case 'r' -> octets.write('\r');
                case 'n' -> octets.write('\n');
                case 't' -> octets.write('\t');
                case '0' -> octets.write(0);
                case '\\' -> octets.write('\\');
                case 'x' -> {
                    octets.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
                    i += 2;
                }
                default -> throw new IllegalArgumentException("unknown escape \\" + escaped);
            }
        }
        return octets.toByteArray();
    }
}
