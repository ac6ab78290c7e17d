package org.o365relay.accept.session;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.AddressKey;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;

/// Reads the addresses after the colon of MAIL and RCPT. Devices also send display names and comments with an
/// address, as in a header field, and lists of addresses. An address is read only if it is clear which texts
/// are addresses; otherwise reading fails, so that mail is neither lost nor sent to a wrong recipient.
final class PathReader {

    private static final int MAX_DEPTH = 4; // of brackets within brackets

    private final String text;
    private final int depth;
    private final Parameters parameters;
    private final List<Path> paths = new ArrayList<>(1);
    private Set<Deviation> deviations = Set.of();
    private int position;
    private boolean isClear;

    /// @param text text that contains the addresses
    /// @param start index at which the first address begins
    PathReader(String text, int start, Parameters parameters) {
        this(text, start, parameters, 0);
    }

    private PathReader(String text, int start, Parameters parameters, int depth) {
        this.text = text;
        this.position = start;
        this.parameters = parameters;
        this.depth = depth;
    }

    /// Recognizes the parameters after the addresses.
    interface Parameters {

        /// @param index index of the first character of a word
        /// @param separated whether a comma or semicolon precedes the word, which makes an address more likely
        /// @return whether the text from this index to the end consists of parameters
        boolean beginAt(int index, boolean separated);
    }

    /// @param text the address as sent, without angle brackets, source route or display name
    /// @param address the address; null if the text is empty or not a valid address
    /// @param bracketed whether the address was in angle brackets
    /// @param named whether a display name preceded the brackets
    record Path(String text, @Nullable EmailAddress address, boolean bracketed, boolean named) {

        boolean isQualified() {
            return address != null && address.isQualified();
        }
    }

    /// Reads up to the parameters, or up to the end of the text.
    ///
    /// @return [#isClear]
    boolean read() {
        isClear = readAll();
        return isClear;
    }

    /// @return whether there is an address, and it is clear which texts are addresses; they may be invalid
    boolean isClear() {
        return isClear;
    }

    private boolean readAll() {
        boolean separated = true;
        for (skipBlanks(); position < text.length(); skipBlanks()) {
            char c = text.charAt(position);
            if (isSeparator(c)) {
                position++;
                separated = true;
                add(Deviation.ADDRESS_LIST);
            } else if (c == '(') {
                if (!skipComment()) {
                    return false;
                }
            } else if (!paths.isEmpty() && parameters.beginAt(position, separated)) {
                return areClear();
            } else {
                boolean isAdjacent = !paths.isEmpty() && !separated;
                if (!readPath(isAdjacent) || (isAdjacent && !isClearWithoutSeparator())) {
                    return false;
                }
                separated = false;
            }
        }
        return !paths.isEmpty() && areClear();
    }

    /// @return the addresses; if [#isClear] is false, those read before reading failed
    List<Path> paths() {
        return paths;
    }

    /// @return index of the first character after the addresses; only valid if [#isClear]
    int end() {
        return position;
    }

    Set<Deviation> deviations() {
        return deviations;
    }

    void add(Deviation deviation) {
        if (deviations.isEmpty()) {
            deviations = EnumSet.noneOf(Deviation.class);
        }
        deviations.add(deviation);
    }

    /// Tests whether each text is certainly an address. `Smith, Anna <anna@x>` is one address with a name, but
    /// looks like two, of which the first has no domain.
    private boolean areClear() {
        if (paths.size() == 1) {
            return true;
        }
        add(Deviation.ADDRESS_LIST);
        return paths.stream().allMatch(Path::isQualified)
                || paths.stream().allMatch(path -> path.bracketed() && !path.named())
                || paths.stream().noneMatch(path -> path.bracketed() || path.isQualified());
    }

    /// Tests whether the last two addresses, with only white space or nothing between them, are certainly two:
    /// `a@x b@x` and `<a@x><b@x>`, but not `<Anna> <a@x>`.
    private boolean isClearWithoutSeparator() {
        Path last = paths.getLast();
        Path previous = paths.get(paths.size() - 2);
        return previous.isQualified() && last.isQualified();
    }

    /// @param isAdjacent whether this path follows another one without a separator
    private boolean readPath(boolean isAdjacent) {
        int start = position;
        int open = openingBracket(start);
        if (open < 0) {
            return false;
        }
        boolean bracketed = open < text.length() && text.charAt(open) == '<';
        if (!bracketed) {
            boolean blankBefore = start == 0 || !isAdjacent || isBlank(text.charAt(start - 1));
            position = open;
            addBare(text.substring(start, open));
            return blankBefore;
        }
        int close = closingBracket(open);
        if (close < 0) {
            return false;
        }
        position = close + 1;
        String name = text.substring(start, open).strip();
        int before = paths.size();
        addBracketed(text.substring(open + 1, close), !name.isEmpty());
        return name.isEmpty() || (paths.size() == before + 1 && isDisplayName(name, paths.getLast()));
    }

    /// @return index of the bracket that begins the next address; if no bracket belongs to it, index after the
    ///     address; -1 if a quoted string or comment has no end
    private int openingBracket(int start) {
        int wordEnd = -1;
        for (int i = start; i < text.length(); ) {
            char c = text.charAt(i);
            if (c == '<') {
                return i;
            }
            if (isSeparator(c)) {
                return wordEnd < 0 ? i : wordEnd;
            }
            if (isBlank(c) && wordEnd < 0) {
                wordEnd = i;
                if (parameters.beginAt(afterBlanks(i), false)) {
                    return wordEnd;
                }
            }
            boolean comment = c == '(' && i > start && isBlank(text.charAt(i - 1));
            i = c == '"' ? afterQuoted(text, i) : comment ? afterComment(i) : i + 1;
            if (i < 0) {
                return -1;
            }
        }
        return wordEnd < 0 ? text.length() : wordEnd;
    }

    /// @return index of the bracket that closes this one; -1 if there is none
    private int closingBracket(int open) {
        int level = 0;
        for (int i = open; i >= 0 && i < text.length(); i = text.charAt(i) == '"' ? afterQuoted(text, i) : i + 1) {
            char c = text.charAt(i);
            level += c == '<' ? 1 : c == '>' ? -1 : 0;
            if (level == 0) {
                return i;
            }
        }
        return -1;
    }

    private void addBare(String address) {
        if (depth == 0) {
            add(Deviation.NO_BRACKETS); // sent by disk controllers and scripts
        }
        paths.add(new Path(address, EmailAddress.parse(address).orElse(null), false, false));
    }

    private void addBracketed(String content, boolean named) {
        if (named) {
            add(Deviation.DISPLAY_NAME);
        }
        String stripped = content.strip();
        if (stripped.length() < content.length()) {
            add(Deviation.SPACE_BEFORE_ADDRESS);
        }
        int colon = stripped.startsWith("@") ? stripped.indexOf(':') : -1;
        String address = stripped.substring(colon + 1); // RFC 5321 §C: a source route is accepted and ignored
        EmailAddress parsed = EmailAddress.parse(address).orElse(null);
        if (address.isEmpty() || parsed != null || !addNested(address, named)) {
            paths.add(new Path(address, parsed, true, named));
        }
    }

    /// Reads brackets that contain a name with an address, or a list: `<Care Team <a@x>>`, `<a@x,b@x>`.
    ///
    /// @return false if the content does not clearly contain addresses
    private boolean addNested(String content, boolean named) {
        PathReader inner = new PathReader(content, 0, (_, _) -> false, depth + 1);
        if (depth >= MAX_DEPTH
                || !inner.read()
                || inner.paths.stream()
                        .anyMatch(path -> path.address() == null && !path.text().isEmpty())) {
            return false;
        }
        inner.paths.forEach(path -> paths.add(new Path(path.text(), path.address(), true, named || path.named())));
        inner.deviations.forEach(this::add);
        if (inner.paths.stream().anyMatch(Path::bracketed)) {
            add(Deviation.DISPLAY_NAME);
        }
        return true;
    }

    /// Tests whether the text before a bracket contains neither a parameter nor an address other than the one
    /// in the brackets.
    private static boolean isDisplayName(String name, Path path) {
        String unquoted = withoutQuoted(name);
        if (unquoted.indexOf('@') >= 0) {
            return path.address() != null
                    && AddressKey.ofName(name).equals(path.address().key().toString());
        }
        return unquoted.indexOf('>') < 0 && !unquoted.matches("(?s)(.*\\s)?[A-Za-z0-9-]+=.*");
    }

    private static String withoutQuoted(String name) {
        StringBuilder unquoted = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) == '"') {
                i = afterQuoted(name, i) - 1;
            } else {
                unquoted.append(name.charAt(i));
            }
        }
        return unquoted.toString();
    }

    private boolean skipComment() {
        add(Deviation.DISPLAY_NAME);
        position = afterComment(position);
        return position >= 0;
    }

    /// @return index after the comment (RFC 5322 §3.2.2); -1 if it has no end
    private int afterComment(int open) {
        int level = 0;
        for (int i = open; i < text.length(); i++) {
            char c = text.charAt(i);
            level += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (level == 0) {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        return -1;
    }

    /// @return index after the quoted string; -1 if it has no end
    private static int afterQuoted(String text, int open) {
        for (int i = open + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        return -1;
    }

    private void skipBlanks() {
        position = afterBlanks(position);
    }

    private int afterBlanks(int from) {
        int i = from;
        while (i < text.length() && isBlank(text.charAt(i))) {
            i++;
        }
        return i;
    }

    private static boolean isSeparator(char c) {
        return c == ',' || c == ';';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
