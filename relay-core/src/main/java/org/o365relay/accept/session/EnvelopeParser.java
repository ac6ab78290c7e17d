package org.o365relay.accept.session;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.Command.Malformed;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// Parses the arguments of MAIL and RCPT: path and parameters. Allocates a set of deviations only if there are
/// any.
final class EnvelopeParser {

    /// Known parameters of MAIL: those defined by the extensions in [Extensions], including AUTH (RFC 4954 §5).
    private static final Set<String> MAIL = Set.of("SIZE", "BODY", "SMTPUTF8", "AUTH", "RET", "ENVID");

    private static final Set<String> RCPT = Set.of("NOTIFY", "ORCPT");

    private final String text;
    private final Set<String> keywords;
    private Set<Deviation> deviations = Set.of();

    private EnvelopeParser(String text, Set<String> keywords) {
        this.text = text;
        this.keywords = keywords;
    }

    // RFC 5321 §4.1.1.2
    static Command mail(String argument) {
        EnvelopeParser parser = new EnvelopeParser(argument, MAIL);
        Path path = parser.path("FROM");
        if (path == null) {
            return new Malformed(Reply.of(501, "5.5.4", "Syntax: MAIL FROM:<address>"));
        }
        Map<String, String> parameters = parser.parameters(path.end());
        if (path.address().isEmpty()) {
            return parser.mail(null, parameters);
        }
        Optional<EmailAddress> sender = EmailAddress.parse(path.address());
        return sender.isPresent()
                ? parser.mail(sender.get(), parameters)
                : new Malformed(Reply.of(
                        501, "5.1.7", "Bad sender address syntax: " + RejectReplies.printable(path.address())));
    }

    // RFC 5321 §4.1.1.3
    static Command rcpt(String argument) {
        EnvelopeParser parser = new EnvelopeParser(argument, RCPT);
        Path path = parser.path("TO");
        if (path == null) {
            return new Malformed(Reply.of(501, "5.5.4", "Syntax: RCPT TO:<address>"));
        }
        Map<String, String> parameters = parser.parameters(path.end());
        Optional<EmailAddress> recipient = EmailAddress.parse(path.address());
        return recipient.isPresent()
                ? parser.rcpt(recipient.get(), parameters)
                : new Malformed(Reply.of(
                        501, "5.1.3", "Bad recipient address syntax: " + RejectReplies.printable(path.address())));
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

    private Command.Mail mail(@Nullable EmailAddress sender, Map<String, String> parameters) {
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

    private Command.Rcpt rcpt(EmailAddress recipient, Map<String, String> parameters) {
        Command.Rcpt rcpt = new Command.Rcpt(recipient, parameters, deviations);
        if (parameters.isEmpty() || rcpt.dsnRequest().errors().isEmpty()) {
            return rcpt;
        }
        addDeviation(Deviation.INVALID_PARAMETER);
        return new Command.Rcpt(recipient, parameters, deviations);
    }

    /// @param address address without angle brackets and source route
    /// @param end index of the first character after the path
    private record Path(String address, int end) {}

    /// @return the path; null if the text does not begin with the keyword, a colon and a path
    private @Nullable Path path(String keyword) {
        int start = pathStart(keyword);
        if (start < 0) {
            return null;
        }
        if (text.charAt(start) != '<') {
            addDeviation(Deviation.NO_BRACKETS); // sent by disk controllers and scripts
            int end = CommandParser.indexOfBlank(text, start);
            return new Path(text.substring(start, end), end);
        }
        int close = closingBracket(start + 1);
        return close < 0 ? null : new Path(bracketed(text.substring(start + 1, close)), close + 1);
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

    private int closingBracket(int from) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
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

    private String bracketed(String path) {
        String address = path.strip();
        if (address.length() < path.length()) {
            addDeviation(Deviation.SPACE_BEFORE_ADDRESS);
        }
        int colon = address.startsWith("@") ? address.indexOf(':') : -1;
        return address.substring(colon + 1); // RFC 5321 §C: a source route is accepted and ignored
    }

    private Map<String, String> parameters(int from) {
        int start = afterBlanks(from);
        if (start == text.length()) {
            return Map.of();
        }
        Map<String, String> parameters = new HashMap<>();
        while (start < text.length()) {
            int end = CommandParser.indexOfBlank(text, start);
            int equals = text.substring(start, end).indexOf('=');
            int keywordEnd = equals < 0 ? end : start + equals;
            String keyword = text.substring(start, keywordEnd).toUpperCase(Locale.ROOT);
            if (!keyword.isEmpty()) {
                parameters.put(keyword, text.substring(Math.min(end, keywordEnd + 1), end));
            }
            if (!keywords.contains(keyword)) {
                addDeviation(Deviation.UNKNOWN_PARAMETER);
            }
            start = afterBlanks(end);
        }
        return parameters;
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
