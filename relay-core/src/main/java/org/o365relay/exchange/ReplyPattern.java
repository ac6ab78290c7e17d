package org.o365relay.exchange;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;

/// Matches replies. A reply matches if it matches at least one entry of each non-empty list and none of the
/// exceptions; a phrase replaces the status and the text. In texts, `…` stands for any characters, and `{ip}`
/// for an IP address, with or without brackets.
///
/// @param codes reply codes, such as `535`, or `5xx` for all codes that begin with 5; HTTP status codes if the
///     source is not SMTP
/// @param statuses enhanced status codes
/// @param errors error codes that occur as words in the text, such as `AADSTS7000215`
/// @param texts substrings of the text, compared without regard to case
/// @param phrases the same, for texts that are meaningful without a status
/// @param except enhanced status codes and texts that rule out a match
public record ReplyPattern(
        List<String> codes,
        List<StatusRange> statuses,
        List<String> errors,
        List<String> texts,
        List<String> phrases,
        Exceptions except) {

    private static final Pattern WORD = Pattern.compile("\\w+");
    private static final Pattern IP_ADDRESS =
            Pattern.compile("\\[?\\b(?:\\d{1,3}(?:\\.\\d{1,3}){3}|[\\da-f]{1,4}(?::[\\da-f]{0,4}){3,7})\\b]?");
    private static final String ADDRESS = "{ip}";

    public ReplyPattern {
        if (codes.isEmpty() && statuses.isEmpty() && errors.isEmpty() && texts.isEmpty() && phrases.isEmpty()) {
            throw new IllegalArgumentException("matches every reply");
        }
        codes.stream().filter(code -> !code.matches("[2-5](?:xx|\\d\\d)")).forEach(code -> {
            throw new IllegalArgumentException("not a reply code: " + code);
        });
        codes = List.copyOf(codes);
        statuses = List.copyOf(statuses);
        errors = List.copyOf(errors);
        texts = inLowerCase(texts);
        phrases = inLowerCase(phrases);
    }

    private static List<String> inLowerCase(List<String> texts) {
        return texts.stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
    }

    public boolean matches(Reply reply) {
        return (codes.isEmpty() || codes.stream().anyMatch(code -> codeMatches(code, reply.code())))
                && (errors.isEmpty() || WORD.matcher(reply.text()).results().anyMatch(this::isError))
                && matchesStatusAndText(reply, comparable(reply.text()));
    }

    boolean isOnlyCode() {
        return statuses.isEmpty() && errors.isEmpty() && texts.isEmpty() && phrases.isEmpty();
    }

    private static String comparable(String text) {
        return IP_ADDRESS.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(Matcher.quoteReplacement(ADDRESS));
    }

    private boolean matchesStatusAndText(Reply reply, String text) {
        boolean isPhraseNeeded = statuses.isEmpty() && texts.isEmpty() && !phrases.isEmpty();
        boolean matches = contains(text, phrases)
                || (!isPhraseNeeded
                        && (statuses.isEmpty() || contains(statuses, reply))
                        && (texts.isEmpty() || contains(text, texts)));
        return matches && !contains(except.statuses(), reply) && !contains(text, except.texts());
    }

    private static boolean contains(List<StatusRange> ranges, Reply reply) {
        return ranges.stream().anyMatch(range -> range.contains(reply));
    }

    private boolean isError(MatchResult word) {
        return errors.contains(word.group());
    }

    private static boolean contains(String text, List<String> patterns) {
        return patterns.stream().anyMatch(pattern -> contains(text, pattern));
    }

    private static boolean contains(String text, String pattern) {
        int from = 0;
        for (String part : pattern.split("…", -1)) {
            int found = text.indexOf(part, from);
            if (found < 0) {
                return false;
            }
            from = found + part.length();
        }
        return true;
    }

    private static boolean codeMatches(String code, int candidate) {
        return code.endsWith("xx") ? code.charAt(0) - '0' == candidate / 100 : code.equals(Integer.toString(candidate));
    }

    /// The replies that do not match although the rest of the pattern does.
    ///
    /// @param statuses enhanced status codes
    /// @param texts substrings of the text, as in [ReplyPattern#texts]
    public record Exceptions(List<StatusRange> statuses, List<String> texts) {

        public Exceptions {
            statuses = List.copyOf(statuses);
            texts = inLowerCase(texts);
        }

        static Exceptions parse(List<String> values) {
            return new Exceptions(
                    values.stream()
                            .filter(StatusRange::isStatus)
                            .map(StatusRange::parse)
                            .toList(),
                    values.stream().filter(Predicate.not(StatusRange::isStatus)).toList());
        }
    }

    /// A range of enhanced status codes that differ in the last number only, such as `5.2.251-255`.
    ///
    /// @param from the first code in the range
    /// @param toDetail last number of the last code in the range
    public record StatusRange(EnhancedStatus from, int toDetail) {

        private static final Pattern FORM = Pattern.compile("(\\d\\.\\d+\\.(\\d+))(?:-(\\d+))?");

        static boolean isStatus(String text) {
            return FORM.matcher(text).matches();
        }

        static StatusRange parse(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("not an enhanced status code: " + text);
            }
            String last = matcher.group(3) == null ? matcher.group(2) : matcher.group(3);
            return new StatusRange(EnhancedStatus.of(matcher.group(1)), Integer.parseInt(last));
        }

        boolean contains(Reply reply) {
            EnhancedStatus status = reply.status();
            return status != null
                    && status.category() == from.category()
                    && status.subject() == from.subject()
                    && status.detail() >= from.detail()
                    && status.detail() <= toDetail;
        }
    }
}
