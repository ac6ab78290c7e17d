package org.o365relay.exchange;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.o365relay.exchange.CatalogueBlocks.Block;
import org.o365relay.mail.EmailAddress;

/// The texts of the catalogue in one language, by entry name. English texts are in `replies.txt`, translations
/// in files such as `replies_de.txt`. Missing translations fall back to English.
public final class ReplyTexts {

    private static final Set<String> KEYS = Set.of("cause", "author", "advice");

    private final Map<String, ReplyText> texts;

    private ReplyTexts(Map<String, ReplyText> texts) {
        this.texts = Map.copyOf(texts);
    }

    /// @param language English, or a language that has a translation
    /// @throws IllegalArgumentException if the file is malformed; the message names the line or the entry
    /// @throws IllegalStateException if there is no translation into the language
    public static ReplyTexts in(Locale language) {
        Map<String, ReplyText> texts = new HashMap<>();
        ReplyCatalogue.microsoft365()
                .entries()
                .forEach(entry ->
                        texts.put(entry.name(), new ReplyText(entry.cause(), entry.authorAdvice(), entry.advice())));
        if (!language.getLanguage().equals(Locale.ENGLISH.getLanguage())) {
            translations(language)
                    .forEach((name, translated) ->
                            texts.computeIfPresent(name, (_, english) -> merge(english, translated)));
        }
        return new ReplyTexts(texts);
    }

    /// @return the translated texts by entry name; advice that the language's file leaves out is empty
    static Map<String, ReplyText> translations(Locale language) {
        String file = "replies_" + language.getLanguage() + ".txt";
        Map<String, ReplyText> translations = new HashMap<>();
        CatalogueBlocks.read(ReplyCatalogue.resource(file), KEYS, block -> {
            if (translations.put(block.name(), text(block)) != null) {
                throw new IllegalArgumentException("is defined twice");
            }
        });
        return translations;
    }

    private static ReplyText text(Block block) {
        return new ReplyText(block.one("cause"), block.text("author"), block.text("advice"));
    }

    private static ReplyText merge(ReplyText english, ReplyText translated) {
        return new ReplyText(
                translated.cause(),
                translated.authorAdvice().isEmpty() ? english.authorAdvice() : translated.authorAdvice(),
                translated.advice().isEmpty() ? english.advice() : translated.advice());
    }

    /// @param name name of a catalogue entry
    /// @param mailbox mailbox whose address replaces `{mailbox}` in the advice
    /// @return the texts of the entry; empty if there is no such entry
    public Optional<ReplyText> of(String name, EmailAddress mailbox) {
        return Optional.ofNullable(texts.get(name))
                .map(text -> new ReplyText(
                        text.cause(), withMailbox(text.authorAdvice(), mailbox), withMailbox(text.advice(), mailbox)));
    }

    private static String withMailbox(String text, EmailAddress mailbox) {
        return text.replace("{mailbox}", mailbox.toString());
    }
}
