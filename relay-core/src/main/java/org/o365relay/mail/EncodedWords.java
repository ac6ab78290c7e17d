package org.o365relay.mail;

import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Decodes encoded words (RFC 2047) and tolerates the errors of devices: words without white space around them
/// or with blanks inside, missing padding, illegal characters, an unknown charset, a missing end, and
/// multi-octet characters split across two encoded words.
public final class EncodedWords {

    private static final Pattern WORD =
            Pattern.compile("=\\?([^?]{1,60}+)\\?\\s*+([bBqQ])\\s*+\\?((?:(?!\\?=).)*+)(?:\\?=|$)", Pattern.DOTALL);
    private static final Pattern HEX = Pattern.compile("=([0-9A-Fa-f]{2})");

    // ISO-8859-1 with the characters that programs send as ISO-8859-1
    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    /// An encoded word.
    ///
    /// @param charset the charset; empty if it is unknown or US-ASCII
    /// @param octets the content, one octet per character
    private record Word(Optional<Charset> charset, String octets) {

        static Word of(Matcher word) {
            Optional<Charset> charset = EncodedWords.charset(word.group(1));
            String text = word.group(3);
            boolean base64 = word.group(2).equalsIgnoreCase("B");
            byte[] octets = base64 ? base64(text) : quoted(text, charset.orElse(StandardCharsets.UTF_8));
            return new Word(charset, new String(octets, StandardCharsets.ISO_8859_1));
        }

        boolean isValid() {
            return charset.flatMap(known -> strictlyDecoded(EncodedWords.octets(octets), known))
                    .isPresent();
        }
    }

    private EncodedWords() {}

    /// @return the text with its encoded words decoded. Octets that are not valid in the charset of their word
    ///     are decoded by [RawText] if the charset is UTF-8, US-ASCII, ISO-8859-1, windows-1252 or unknown;
    ///     otherwise, they become U+FFFD
    public static String decode(String text) {
        StringBuilder decoded = new StringBuilder(text.length());
        List<Word> run = new ArrayList<>(); // adjacent words with the same charset
        Matcher word = WORD.matcher(text);
        int from = 0;
        while (word.find()) {
            String between = text.substring(from, word.start());
            Word next = Word.of(word);
            if (!word.group().endsWith("?=") && !next.isValid()) {
                continue; // probably not an encoded word
            }
            boolean adjacent = !run.isEmpty() && between.isBlank();
            if (!adjacent || !run.getLast().charset().equals(next.charset())) {
                decoded.append(decoded(run)).append(adjacent ? "" : between);
                run.clear();
            }
            run.add(next);
            from = word.end();
        }
        return decoded.append(decoded(run)).append(text.substring(from)).toString();
    }

    /// Decodes the words together because a character may be divided between two of them; if that fails, each
    /// on its own.
    private static String decoded(List<Word> run) {
        String all = run.stream().map(Word::octets).collect(Collectors.joining());
        Optional<Charset> charset =
                run.isEmpty() ? Optional.empty() : run.getFirst().charset();
        return charset.flatMap(known -> strictlyDecoded(octets(all), known))
                .orElseGet(() -> run.stream().map(EncodedWords::decoded).collect(Collectors.joining()));
    }

    private static String decoded(Word word) {
        Charset charset = word.charset().orElse(StandardCharsets.UTF_8);
        byte[] octets = octets(word.octets());
        boolean likelyMislabeled = charset.equals(StandardCharsets.UTF_8) || charset.equals(WINDOWS_1252);
        return strictlyDecoded(octets, charset)
                .orElseGet(() -> likelyMislabeled ? RawText.of(octets) : new String(octets, charset));
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Optional<String> strictlyDecoded(byte[] octets, Charset charset) {
        try {
            return Optional.of(
                    charset.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
        } catch (CharacterCodingException malformed) {
            return Optional.empty();
        }
    }

    /// @param label charset, with an optional language (RFC 2231 §5)
    private static Optional<Charset> charset(String label) {
        int language = label.indexOf('*');
        String name = (language < 0 ? label : label.substring(0, language)).strip();
        if (name.equalsIgnoreCase("us-ascii")) {
            return Optional.empty();
        }
        try {
            Charset charset = Charset.forName(MimeUtility.javaCharset(name));
            return Optional.of(charset.equals(StandardCharsets.ISO_8859_1) ? WINDOWS_1252 : charset);
        } catch (IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }

    private static byte[] base64(String text) {
        String digits = text.replace('-', '+').replace('_', '/').replaceAll("[^A-Za-z0-9+/]", "");
        boolean incomplete = digits.length() % 4 == 1;
        return Base64.getDecoder().decode(incomplete ? digits.substring(0, digits.length() - 1) : digits);
    }

    /// Decodes the "Q" encoding (RFC 2047 §4.2).
    private static byte[] quoted(String text, Charset charset) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        Matcher hex = HEX.matcher(text);
        int from = 0;
        while (hex.find()) {
            octets.writeBytes(literal(text.substring(from, hex.start()), charset));
            octets.write(Integer.parseInt(hex.group(1), 16));
            from = hex.end();
        }
        octets.writeBytes(literal(text.substring(from), charset));
        return octets.toByteArray();
    }

    private static byte[] literal(String text, Charset charset) {
        String spaced = text.replace('_', ' ');
        return spaced.getBytes(charset.canEncode() && !AsciiCase.isAscii(spaced) ? charset : StandardCharsets.UTF_8);
    }
}
