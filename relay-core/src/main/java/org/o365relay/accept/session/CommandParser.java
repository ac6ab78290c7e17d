package org.o365relay.accept.session;

import java.util.Optional;
import org.o365relay.accept.session.Command.Malformed;
import org.o365relay.mail.AsciiCase;
import org.o365relay.mail.Reply;

/// Parses a command line. Tolerates unambiguous deviations and reports them with the command; the session
/// decides whether to accept them.
final class CommandParser {

    private CommandParser() {}

    /// @param line command line without its line feed
    static Command parse(String line) {
        String text = line.strip();
        int blank = indexOfBlank(text, 0);
        String verb = AsciiCase.upper(text.substring(0, blank));
        String argument = text.substring(blank).strip();
        return switch (verb) {
            case "EHLO" -> new Command.Ehlo(argument);
            case "HELO" -> new Command.Helo(argument);
            case "MAIL" -> EnvelopeParser.mail(argument);
            case "RCPT" -> EnvelopeParser.rcpt(argument);
            case "DATA" -> withoutArgument(verb, argument, new Command.Data());
            case "BDAT" -> bdat(argument);
            case "RSET" -> withoutArgument(verb, argument, new Command.Rset());
            case "NOOP" -> new Command.Noop();
            case "VRFY" -> new Command.Vrfy();
            case "EXPN" -> new Command.Expn();
            case "HELP" -> new Command.Help();
            case "QUIT" -> withoutArgument(verb, argument, new Command.Quit());
            case "AUTH" -> auth(argument);
            case "STARTTLS" -> startTls(argument);
            case "" -> new Malformed(Reply.of(500, "5.5.2", "Syntax error: empty command"));
            default -> new Command.Unknown(verb);
        };
    }

    private static Command withoutArgument(String verb, String argument, Command command) {
        return argument.isEmpty() ? command : new Command.UnexpectedArgument(verb, command);
    }

    // RFC 3207 §4
    private static Command startTls(String argument) {
        return argument.isEmpty()
                ? new Command.StartTls()
                : new Malformed(Reply.of(501, "5.5.4", "STARTTLS takes no parameters"));
    }

    // RFC 3030 §2
    private static Command bdat(String argument) {
        int blank = indexOfBlank(argument, 0);
        String rest = argument.substring(blank).strip();
        boolean last = AsciiCase.upper(rest).equals("LAST");
        Optional<Long> size =
                last || rest.isEmpty() ? OctetCount.parse(argument.substring(0, blank)) : Optional.empty();
        return size.<Command>map(octets -> new Command.Bdat(octets, last)).orElseGet(Command.MalformedBdat::new);
    }

    // RFC 4954 §4
    private static Command auth(String argument) {
        int blank = indexOfBlank(argument, 0);
        String mechanism = AsciiCase.upper(argument.substring(0, blank));
        String rest = argument.substring(blank).strip();
        return mechanism.isEmpty() || indexOfBlank(rest, 0) < rest.length()
                ? new Command.MalformedAuth()
                : new Command.Auth(mechanism, rest.isEmpty() ? null : rest);
    }

    /// @return index of the next space or tab; the length of the text if there is none
    static int indexOfBlank(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == ' ' || text.charAt(i) == '\t') {
                return i;
            }
        }
        return text.length();
    }
}
