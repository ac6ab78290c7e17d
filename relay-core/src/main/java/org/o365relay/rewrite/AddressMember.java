package org.o365relay.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.o365relay.mail.EmailAddress;
import org.o365relay.rewrite.AddressToken.Kind;

/// Reads the mailboxes in one member of an address list. A well-formed member is one mailbox; others may contain
/// several (`Ann a@b.example Bob c@d.example`) or an address in another form, such as `[mailto:a@b.example]`.
final class AddressMember {

    private static final String ATOM = "[^\\s\\p{Cntrl}()<>\\[\\]:;@\\\\,\"]";
    private static final Pattern ADDRESS = Pattern.compile("(?<!" + ATOM + "|@)((?:\"(?:[^\"\\\\]|\\\\.){1,315}+\"|"
            + ATOM + "{1,315}+))\\s*+@\\s*+(\\[[^\\]\\s]{1,255}+]|" + ATOM + "{1,255}+)(?!\\s*+@)");
    private static final Pattern SCHEME_BEFORE_ADDRESS = Pattern.compile("(?i)(?<![^\\s>])(?:mailto|smtp):");
    private static final Pattern SCHEME = Pattern.compile("(?i)\\s*+(?:mailto|smtp):.*", Pattern.DOTALL);

    private static final Pattern BEFORE_ADDRESS = Pattern.compile("(?i)[\\s\"<]*+(?:(?:mailto|smtp):|@[^:]*+:)?\\s*+");

    private final List<AddressToken> tokens;
    private final boolean hasAngleAddress;
    private final List<HeaderMailbox> mailboxes = new ArrayList<>();
    private final List<AddressToken> phrase = new ArrayList<>();

    private AddressMember(List<AddressToken> tokens) {
        this.tokens = tokens;
        hasAngleAddress = tokens.stream().anyMatch(token -> angleAddress(token).isPresent());
    }

    /// @param tokens the tokens of the member, one octet per character
    /// @return the mailboxes; if there is no address, one mailbox with the name alone
    static List<HeaderMailbox> mailboxes(List<AddressToken> tokens) {
        List<AddressToken> decoded = tokens.stream().map(AddressToken::decoded).toList();
        return new AddressMember(merged(decoded)).read();
    }

    /// @return whether the text is an address with its scheme, as in `mailto:a@b.example`
    static boolean hasScheme(String text) {
        return SCHEME.matcher(text).matches();
    }

    /// Merges adjacent text, and a quoted string with an `@` after it.
    private static List<AddressToken> merged(List<AddressToken> tokens) {
        List<AddressToken> merged = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tokens.size(); i++) {
            AddressToken token = tokens.get(i);
            boolean isLocalPart = token.is(Kind.QUOTED_STRING)
                    && i + 1 < tokens.size()
                    && tokens.get(i + 1).text().startsWith("@");
            if (token.is(Kind.TEXT) || isLocalPart) {
                text.append(token.text());
            } else {
                addText(text, merged);
                merged.add(token);
            }
        }
        addText(text, merged);
        return merged;
    }

    private static void addText(StringBuilder text, List<AddressToken> merged) {
        if (!text.isEmpty()) {
            merged.add(AddressToken.text(text.toString()));
            text.setLength(0);
        }
    }

    private List<HeaderMailbox> read() {
        for (AddressToken token : tokens) {
            Optional<EmailAddress> address = angleAddress(token);
            if (address.isPresent()) {
                add(address.get());
            } else if (token.is(Kind.TEXT) && !hasAngleAddress) {
                readText(SCHEME_BEFORE_ADDRESS.matcher(token.text()).replaceAll(""));
            } else {
                phrase.add(token);
            }
        }
        if (mailboxes.isEmpty()) {
            return List.of(withoutAddress());
        }
        nameLast();
        return mailboxes;
    }

    private void readText(String text) {
        Matcher address = ADDRESS.matcher(text);
        int from = 0;
        while (address.find()) {
            Optional<EmailAddress> found = address(address);
            if (found.isPresent()) {
                phrase.add(AddressToken.text(text.substring(from, address.start())));
                add(found.get());
                from = address.end();
            }
        }
        phrase.add(AddressToken.text(text.substring(from)));
    }

    private void add(EmailAddress address) {
        mailboxes.add(new HeaderMailbox(Phrase.name(phrase), address));
        phrase.clear();
    }

    /// Uses the text or comment after the last address as its name if there is none before it.
    private void nameLast() {
        HeaderMailbox last = mailboxes.getLast();
        if (last.name().isEmpty()) {
            mailboxes.set(mailboxes.size() - 1, new HeaderMailbox(Phrase.name(phrase), last.addrSpec()));
        }
    }

    /// Reads an unqualified address, a quoted string that contains an address, or a name.
    private HeaderMailbox withoutAddress() {
        String name = Phrase.name(phrase);
        boolean isQuoted = phrase.size() == 1 && phrase.getFirst().is(Kind.QUOTED_STRING);
        Optional<EmailAddress> inQuotes = isQuoted ? leadingAddress(name) : Optional.empty();
        String text = tokens.stream()
                .filter(token -> !token.is(Kind.COMMENT))
                .map(AddressToken::text)
                .collect(Collectors.joining())
                .strip();
        Optional<EmailAddress> address = inQuotes.or(() ->
                text.startsWith("=?") || text.startsWith("\"") ? Optional.empty() : EmailAddress.parseInHeader(text));
        boolean isName = address.isEmpty() || tokens.stream().anyMatch(token -> token.is(Kind.COMMENT));
        return new HeaderMailbox(isName ? name : "", address.orElse(null));
    }

    private static Optional<EmailAddress> angleAddress(AddressToken token) {
        if (!token.is(Kind.ANGLE_ADDRESS)) {
            return Optional.empty();
        }
        String content = token.content().replaceAll("\\s*+([@.])\\s*+", "$1");
        return leadingAddress(content).or(() -> quoted(content));
    }

    /// @return the address at the beginning of the text, after quotation marks, a scheme or a source route
    private static Optional<EmailAddress> leadingAddress(String text) {
        Matcher address = ADDRESS.matcher(text);
        return address.find()
                        && BEFORE_ADDRESS
                                .matcher(text.substring(0, address.start()))
                                .matches()
                ? address(address)
                : Optional.empty();
    }

    /// Quotes a local part that contains blanks or special characters.
    private static Optional<EmailAddress> quoted(String text) {
        int at = text.lastIndexOf('@');
        boolean isOne = at > 0 && text.indexOf('@') == at && text.indexOf('<') < 0;
        return isOne
                ? EmailAddress.parseInHeader(
                        "\"" + text.substring(0, at).strip().replaceAll("([\"\\\\])", "\\\\$1") + "\""
                                + text.substring(at).strip())
                : Optional.empty();
    }

    /// Removes apostrophes around the address, dots after it, and the query of a `mailto` address.
    private static Optional<EmailAddress> address(Matcher found) {
        String localPart = found.group(1);
        String domain = found.group(2).replaceAll("\\?.*", "");
        boolean inApostrophes = localPart.startsWith("'") && domain.endsWith("'");
        String text = inApostrophes
                ? localPart.substring(1) + "@" + domain.substring(0, domain.length() - 1)
                : localPart + "@" + domain;
        return EmailAddress.parseInHeader(text.replaceAll("\\.+$", ""));
    }
}
