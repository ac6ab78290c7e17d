package org.o365relay.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.o365relay.mail.ParameterizedValue.Parameter;

/// Reads a [ParameterizedValue].
final class ParameterScanner {

    private static final int MAX_PARAMETERS = 100;

    // registered parameters of media types and dispositions, with the suffixes of RFC 2231 §3
    private static final Pattern ANY = Pattern.compile("[\\w.-]+(?:\\*[0-9*]*)?\\s*=");
    private static final Pattern WELL_KNOWN = Pattern.compile(
            "(?:boundary|charset|name|filename|type|start|start-info|format|delsp|protocol|micalg|report-type|method"
                    + "|smime-type|access-type|site|directory|mode|size|creation-date|modification-date|read-date|x-[a-z0-9-]+)(?:\\*[0-9*]*)?\\s*=",
            Pattern.CASE_INSENSITIVE);

    private final String text;
    private int position;

    ParameterScanner(String text) {
        this.text = text;
    }

    ParameterizedValue read() {
        String main = main();
        List<Parameter> parameters = new ArrayList<>();
        while (position < text.length() && parameters.size() < MAX_PARAMETERS) {
            position = skipBlanksAndComments(position);
            int equals = text.indexOf('=', position);
            int semicolon = text.indexOf(';', position);
            if (equals < 0 || (semicolon >= 0 && semicolon < equals)) {
                position = semicolon < 0 ? text.length() : semicolon + 1;
                continue;
            }
            String name = lastWord(text.substring(position, equals));
            position = skipBlanks(equals + 1);
            Parameter parameter = value(name);
            if (!name.isEmpty()) {
                parameters.add(parameter);
            }
        }
        return new ParameterizedValue(main, List.copyOf(parameters));
    }

    /// Reads the value before the parameters. If the first word is the name of a parameter, there is no such
    /// value.
    private String main() {
        int from = skipBlanksAndComments(0);
        StringBuilder main = new StringBuilder();
        int end = from;
        while (end < text.length() && ";,=(".indexOf(text.charAt(end)) < 0) {
            int next = skipBlanks(end);
            boolean isBetweenWords = next > end
                    && !main.isEmpty()
                    && main.charAt(main.length() - 1) != '/'
                    && (next == text.length() || text.charAt(next) != '/');
            if (isBetweenWords) {
                break;
            }
            end = next;
            if (end < text.length() && ";,=(".indexOf(text.charAt(end)) < 0) {
                main.append(text.charAt(end++));
            }
        }
        int next = skipBlanks(end);
        if (next < text.length() && text.charAt(next) == '=') {
            position = from;
            return "";
        }
        position = end;
        return AsciiCase.lower(main.toString().replace("\"", ""));
    }

    private static String lastWord(String text) {
        String name = text.replaceAll("\\([^)]*\\)", " ").strip();
        return AsciiCase.lower(name.substring(name.lastIndexOf(' ') + 1).replaceAll("[^!-~]|[\",]", ""));
    }

    private Parameter value(String name) {
        int start = skipBlanksAndComments(position);
        if (start < text.length() && text.charAt(start) == '"') {
            position = start;
            return Parameter.of(name, quoted());
        }
        int end = start;
        while (end < text.length() && isTokenCharacter(text.charAt(end))) {
            end++;
        }
        int next = skipBlanksAndComments(end);
        if (end == start || (next < text.length() && text.charAt(next) != ';')) {
            return Parameter.of(name, unquoted());
        }
        String withComments = text.substring(position, next).strip();
        position = next;
        return new Parameter(name, text.substring(start, end), withComments);
    }

    // RFC 2045 §5.1
    private static boolean isTokenCharacter(char c) {
        return c > ' ' && c < 0x7f && "()<>@,;:\\\"/[]?=".indexOf(c) < 0;
    }

    /// Reads a quoted value. If a semicolon or the end of the text follows the first quote before any quote
    /// [ends][#endsAfter] the value, the first quote ends it, and the text up to there is skipped.
    private String quoted() {
        StringBuilder value = new StringBuilder();
        int firstQuote = -1; // length of the value before it
        int stray = text.length(); // index of the text after it
        for (int i = position + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && endsAfter(i)) {
                position = i + 1;
                return value.toString();
            }
            if (c == ';' && firstQuote >= 0) {
                break;
            }
            if (isEscape(i)) {
                i++;
            } else if (c == '"' && firstQuote < 0) {
                firstQuote = value.length();
                stray = i;
            }
            value.append(text.charAt(i));
        }
        int semicolon = text.indexOf(';', stray);
        position = semicolon < 0 ? text.length() : semicolon;
        return firstQuote < 0 ? value.toString() : value.substring(0, firstQuote);
    }

    /// A backslash before the quote that ends the value is part of a Windows path.
    private boolean isEscape(int index) {
        if (text.charAt(index) != '\\' || index + 1 == text.length()) {
            return false;
        }
        char next = text.charAt(index + 1);
        return next == '\\' || (next == '"' && !(endsAfter(index + 1) && text.indexOf('"', index + 2) < 0));
    }

    /// @return whether the value ends with the quote at this index
    private boolean endsAfter(int quote) {
        int next = skipBlanksAndComments(quote + 1);
        return next == text.length() || ";,".indexOf(text.charAt(next)) >= 0 || isParameterAt(next, ANY);
    }

    private String unquoted() {
        int end = position;
        while (end < text.length()
                && text.charAt(end) != ';'
                && !(isBlank(end) && isParameterAt(end + 1, WELL_KNOWN))) {
            end++;
        }
        String value = text.substring(position, end).strip();
        position = end;
        return value;
    }

    private boolean isParameterAt(int index, Pattern parameter) {
        return parameter.matcher(text).region(index, text.length()).lookingAt();
    }

    private int skipBlanksAndComments(int from) {
        int index = skipBlanks(from);
        while (index < text.length() && text.charAt(index) == '(') {
            int depth = 0;
            do {
                char c = text.charAt(index++);
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                index += c == '\\' ? 1 : 0;
            } while (depth > 0 && index < text.length());
            index = skipBlanks(Math.min(index, text.length()));
        }
        return index;
    }

    private int skipBlanks(int from) {
        int index = from;
        while (index < text.length() && isBlank(index)) {
            index++;
        }
        return index;
    }

    private boolean isBlank(int index) {
        return text.charAt(index) <= ' ';
    }
}
