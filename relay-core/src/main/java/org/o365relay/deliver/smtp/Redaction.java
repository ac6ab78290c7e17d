package org.o365relay.deliver.smtp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.o365relay.mail.Reply;

/// Replaces the relay's credentials in replies with `***`, because servers may quote commands that they do not
/// understand (`500 5.3.3 Unrecognized command '…'`).
final class Redaction {

    /// A secret shorter than this may occur inside words by chance, so it is replaced only where it is a
    /// separate word.
    private static final int MIN_LENGTH = 6;

    private final List<String> secrets = new ArrayList<>();

    /// @param secret password or token
    void hide(String secret) {
        if (!secret.isEmpty()) {
            secrets.add(base64(secret)); // as AUTH LOGIN sends it
            secrets.add(secret);
        }
    }

    /// @param message message that AUTH PLAIN (RFC 4616) or XOAUTH2 sends in base64
    void hideEncoded(String message) {
        secrets.add(base64(message));
    }

    Reply apply(Reply reply) {
        List<String> lines = reply.lines().stream().map(this::apply).toList();
        return new Reply(reply.code(), reply.status(), lines);
    }

    String apply(String reply) {
        String result = reply;
        for (String secret : secrets) {
            result = secret.length() < MIN_LENGTH ? withoutWord(result, secret) : result.replace(secret, "***");
        }
        return result;
    }

    private static String withoutWord(String text, String word) {
        StringBuilder result = new StringBuilder();
        int from = 0;
        int found = text.indexOf(word);
        while (found >= 0) {
            int end = found + word.length();
            result.append(text, from, found).append(isSeparateWord(text, found, end) ? "***" : word);
            from = end;
            found = text.indexOf(word, end);
        }
        return result.append(text, from, text.length()).toString();
    }

    private static boolean isSeparateWord(String text, int begin, int end) {
        return (begin == 0 || !isWordCharacter(text.charAt(begin - 1)))
                && (end == text.length() || !isWordCharacter(text.charAt(end)));
    }

    private static boolean isWordCharacter(char next) {
        return Character.isLetterOrDigit(next);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
