package org.o365relay.accept.session;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.Command.Malformed;
import org.o365relay.accept.session.PathReader.Path;
import org.o365relay.mail.AsciiCase;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// Parses the arguments of MAIL and RCPT: addresses and parameters. Allocates a set of deviations only if there
/// are any.
final class EnvelopeParser {

    /// Known parameters of MAIL: those defined by the extensions in [Extensions], including AUTH
    /// (RFC 4954 §5).
    private static final Set<String> MAIL = Set.of("SIZE", "BODY", "SMTPUTF8", "AUTH", "RET", "ENVID");

    private static final Set<String> RCPT = Set.of("NOTIFY", "ORCPT");

    private final String text;
    private final Set<String> keywords;
    private Map<String, String> parameters = Map.of();
    private Set<Deviation> deviations = Set.of();

    private EnvelopeParser(String text, Set<String> keywords) {
        this.text = text;
        this.keywords = keywords;
    }

    // RFC 5321 §4.1.1.2
    static Command mail(String argument) {
        EnvelopeParser parser = new EnvelopeParser(argument, MAIL);
        PathReader paths = parser.read("FROM");
        if (paths == null) {
            return new Malformed(Reply.of(501, "5.5.4", "Syntax: MAIL FROM:<address>"));
        }
        if (!parser.isClear(paths) || paths.paths().size() > 1) {
            return new Malformed(
                    Reply.of(501, "5.5.4", "Syntax: MAIL FROM:<address> [keyword=value], one address per MAIL"));
        }
        Path path = paths.paths().getFirst();
        return path.address() != null || path.text().isEmpty()
                ? parser.mail(path.address())
                : new Malformed(
                        Reply.of(501, "5.1.7", "Bad sender address syntax: " + RejectReplies.printable(path.text())));
    }

    // RFC 5321 §4.1.1.3
    static Command rcpt(String argument) {
        EnvelopeParser parser = new EnvelopeParser(argument, RCPT);
        PathReader paths = parser.read("TO");
        if (paths == null) {
            return new Malformed(Reply.of(501, "5.5.4", "Syntax: RCPT TO:<address>"));
        }
        if (!parser.isClear(paths) || (paths.paths().size() > 1 && parser.parameters.containsKey("ORCPT"))) {
            return new Malformed(
                    Reply.of(501, "5.5.4", "Syntax: RCPT TO:<address> [keyword=value], one address per RCPT"));
        }
        List<EmailAddress> recipients = new ArrayList<>(1);
        for (Path path : paths.paths()) {
            if (path.address() == null) {
                return new Malformed(Reply.of(
                        501,
                        "5.1.3",
                        path.text().isEmpty()
                                ? "Bad recipient address: the address is empty"
                                : "Bad recipient address syntax: " + RejectReplies.printable(path.text())));
            }
            recipients.add(path.address());
        }
        return parser.rcpt(recipients);
    }

    /// @return the alphabetically first unknown parameter; empty if all are known
    static Optional<String> unknownParameter(Command.Mail mail) {
        return unknownParameter(mail.parameters(), MAIL);
    }

    /// @return the alphabetically first unknown parameter; empty if all are known
    static Optional<String> unknownParameter(Command.Rcpt rcpt) {
        return unknownParameter(rcpt.parameters(), RCPT);
    }

    private static Optional<String> unknownParameter(Map<String, String> parameters, Set<String> known) {
        return parameters.keySet().stream()
                .filter(keyword -> !known.contains(keyword))
                .sorted()
                .findFirst();
    }

    private Command.Mail mail(@Nullable EmailAddress sender) {
        Command.Mail mail = new Command.Mail(sender, parameters, deviations);
        if (parameters.isEmpty()
                || (mail.declaredSize().isPresent()
                        && mail.bodyType().isPresent()
                        && mail.dsnRequest().errors().isEmpty())) {
            return mail;
        }
        addDeviation(Deviation.INVALID_PARAMETER);
        return new Command.Mail(sender, parameters, deviations);
    }

    private Command.Rcpt rcpt(List<EmailAddress> recipients) {
        Command.Rcpt rcpt = new Command.Rcpt(recipients, parameters, deviations);
        if (parameters.isEmpty() || rcpt.dsnRequest().errors().isEmpty()) {
            return rcpt;
        }
        addDeviation(Deviation.INVALID_PARAMETER);
        return new Command.Rcpt(recipients, parameters, deviations);
    }

    /// Reads the addresses, and the parameters if it is clear where they begin.
    ///
    /// @return the addresses; null if the text does not begin with the keyword, a colon and an address
    private @Nullable PathReader read(String keyword) {
        int start = pathStart(keyword);
        if (start < 0) {
            return null;
        }
        PathReader paths = new PathReader(text, start, this::areParameters);
        if (paths.read()) {
            paths.deviations().forEach(this::addDeviation);
            readParameters(paths.end());
        }
        return paths.paths().isEmpty() ? null : paths;
    }

    /// Tests whether it is clear which texts are addresses. After an address without brackets, an unknown
    /// parameter may be a second address (`RCPT TO:a@x b=c@x`) or, in RCPT, the second part of a name (`RCPT
    /// TO:Anna Smith`).
    private boolean isClear(PathReader paths) {
        Path last = paths.paths().getLast();
        return paths.isClear()
                && (last.bracketed()
                        || parameters.entrySet().stream()
                                .filter(parameter -> !keywords.contains(parameter.getKey()))
                                .map(Map.Entry::getValue)
                                .noneMatch(value -> value.indexOf('@') >= 0
                                        || (keywords.equals(RCPT) && value.isEmpty() && !last.isQualified())));
    }

    /// @return start index of the path; -1 if there is none
    private int pathStart(String keyword) {
        if (!text.regionMatches(true, 0, keyword, 0, keyword.length())) {
            return -1;
        }
        int colon = afterBlanks(keyword.length());
        if (colon == text.length() || text.charAt(colon) != ':') {
            return -1;
        }
        int start = afterBlanks(colon + 1);
        if (start == text.length()) {
            return -1;
        }
        if (colon > keyword.length()) {
            addDeviation(Deviation.SPACE_BEFORE_COLON);
        }
        if (start > colon + 1) {
            addDeviation(Deviation.SPACE_BEFORE_ADDRESS);
        }
        return start;
    }

    /// @param separated whether a comma or semicolon precedes the first word, which then is a parameter only if
    ///     it is a known one with a value
    private boolean areParameters(int from, boolean separated) {
        for (int start = from; start < text.length(); start = afterBlanks(CommandParser.indexOfBlank(text, start))) {
            int keywordEnd = keywordEnd(start);
            int end = CommandParser.indexOfBlank(text, start);
            if (keywordEnd == start || (keywordEnd < end && text.charAt(keywordEnd) != '=')) {
                return false;
            }
            boolean known = keywordEnd < end && keywords.contains(AsciiCase.upper(text.substring(start, keywordEnd)));
            if (start == from && separated && !known) {
                return false;
            }
        }
        return true;
    }

    private void readParameters(int from) {
        for (int start = afterBlanks(from); start < text.length(); ) {
            int end = CommandParser.indexOfBlank(text, start);
            int keywordEnd = keywordEnd(start);
            String keyword = AsciiCase.upper(text.substring(start, keywordEnd));
            if (parameters.isEmpty()) {
                parameters = new HashMap<>();
            }
            parameters.put(keyword, text.substring(Math.min(end, keywordEnd + 1), end));
            if (!keywords.contains(keyword)) {
                addDeviation(Deviation.UNKNOWN_PARAMETER);
            }
            start = afterBlanks(end);
        }
    }

    /// @return index after the keyword of a parameter; `start` if there is none
    // RFC 5321 §4.1.2
    private int keywordEnd(int start) {
        int end = start;
        while (end < text.length() && isKeywordCharacter(text.charAt(end), end == start)) {
            end++;
        }
        return end;
    }

    private static boolean isKeywordCharacter(char c, boolean first) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c == '-' && !first);
    }

    private int afterBlanks(int from) {
        int i = from;
        while (i < text.length() && (text.charAt(i) == ' ' || text.charAt(i) == '\t')) {
            i++;
        }
        return i;
    }

    private void addDeviation(Deviation deviation) {
        if (deviations.isEmpty()) {
            deviations = EnumSet.noneOf(Deviation.class);
        }
        deviations.add(deviation);
    }
}
