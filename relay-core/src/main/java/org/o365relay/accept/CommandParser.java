package org.o365relay.accept;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.o365relay.accept.Command.Malformed;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// Reads a command line. Tolerant where devices are known to be sloppy and the meaning is plain: case, white
/// space, missing angle brackets, unknown parameters.
final class CommandParser {

    private static final Pattern BLANKS = Pattern.compile("[ \t]+");

    private CommandParser() {}

    /// @param line without its line end
    static Command parse(String line) {
        String text = line.strip();
        int blank = indexOfBlank(text);
        String verb = text.substring(0, blank).toUpperCase(Locale.ROOT);
        String argument = text.substring(blank).strip();
        return switch (verb) {
            case "EHLO" -> new Command.Ehlo(argument);
            case "HELO" -> new Command.Helo(argument);
            case "MAIL" -> mail(text, argument);
            case "RCPT" -> rcpt(text, argument);
            case "DATA" -> new Command.Data();
            case "RSET" -> new Command.Rset();
            case "NOOP" -> new Command.Noop();
            case "VRFY" -> new Command.Vrfy();
            case "HELP" -> new Command.Help();
            case "QUIT" -> new Command.Quit();
            case "AUTH" -> new Command.Auth();
            case "" -> new Malformed(line, Reply.of(500, "5.5.2", "Empty command line"));
            default -> new Malformed(line, Reply.of(500, "5.5.1", "Command not known: " + printable(verb)));
        };
    }

    // RFC 5321 §4.1.1.2
    private static Command mail(String line, String argument) {
        Optional<Path> path = path(argument, "FROM:");
        if (path.isEmpty()) {
            return new Malformed(line, Reply.of(501, "5.5.4", "Say MAIL FROM:<address>"));
        }
        String text = path.get().address();
        Map<String, String> parameters = parameters(path.get().rest());
        if (text.isEmpty()) {
            return new Command.Mail(null, parameters);
        }
        return EmailAddress.parse(text)
                .<Command>map(sender -> new Command.Mail(sender, parameters))
                .orElseGet(() ->
                        new Malformed(line, Reply.of(501, "5.1.7", "Sender is not an address: " + printable(text))));
    }

    // RFC 5321 §4.1.1.3
    private static Command rcpt(String line, String argument) {
        Optional<Path> path = path(argument, "TO:");
        if (path.isEmpty()) {
            return new Malformed(line, Reply.of(501, "5.5.4", "Say RCPT TO:<address>"));
        }
        String text = path.get().address();
        return EmailAddress.parse(text)
                .<Command>map(Command.Rcpt::new)
                .orElseGet(() ->
                        new Malformed(line, Reply.of(501, "5.1.3", "Recipient is not an address: " + printable(text))));
    }

    /// @param address what stood between the angle brackets, without a source route
    /// @param rest what came after it
    private record Path(String address, String rest) {}

    private static Optional<Path> path(String argument, String keyword) {
        if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) {
            return Optional.empty();
        }
        String text = argument.substring(keyword.length()).strip();
        if (!text.startsWith("<")) {
            int end = indexOfBlank(text); // printers and scripts leave the brackets out
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Path(text.substring(0, end), text.substring(end)));
        }
        int close = closingBracket(text);
        return close < 0
                ? Optional.empty()
                : Optional.of(
                        new Path(withoutSourceRoute(text.substring(1, close).strip()), text.substring(close + 1)));
    }

    private static int closingBracket(String text) {
        boolean quoted = false;
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '>' && !quoted) {
                return i;
            }
        }
        return -1;
    }

    // RFC 5321 §C: accept and ignore
    private static String withoutSourceRoute(String path) {
        int colon = path.indexOf(':');
        return path.startsWith("@") && colon > 0 ? path.substring(colon + 1) : path;
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> parameters = new HashMap<>();
        for (String parameter : BLANKS.split(text.strip(), -1)) {
            int equals = parameter.indexOf('=');
            String keyword = equals < 0 ? parameter : parameter.substring(0, equals);
            if (!keyword.isEmpty()) {
                parameters.put(keyword.toUpperCase(Locale.ROOT), equals < 0 ? "" : parameter.substring(equals + 1));
            }
        }
        return parameters;
    }

    private static int indexOfBlank(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == ' ' || text.charAt(i) == '\t') {
                return i;
            }
        }
        return text.length();
    }

    /// Replies are ASCII on one line, and never echo more than they must.
    private static String printable(String text) {
        String ascii = text.replaceAll("[^ -~]", "?");
        return ascii.length() > 80 ? ascii.substring(0, 80) + "..." : ascii;
    }
}
