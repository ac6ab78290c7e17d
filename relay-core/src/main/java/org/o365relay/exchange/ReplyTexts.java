package org.o365relay.exchange;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.o365relay.exchange.CatalogueBlocks.Block;
import org.o365relay.mail.EmailAddress;

/// The words of the catalogue in one language, by the names of its entries. English ones stand in `replies.txt`
/// itself, those of other languages in a file next to it, `replies_de.txt`; what is not there is said in English.
public final class ReplyTexts {

    private static final Set<String> KEYS = Set.of("cause", "author", "advice");

    private final Map<String, ReplyText> wordings;

    private ReplyTexts(Map<String, ReplyText> wordings) {
        this.wordings = Map.copyOf(wordings);
    }

    /// @param language for which there are words
    /// @throws IllegalArgumentException if they are damaged; the message names the line
    /// @throws IllegalStateException if there are none
    public static ReplyTexts in(Locale language) {
        Map<String, ReplyText> wordings = new HashMap<>();
        ReplyCatalogue.microsoft365()
                .entries()
                .forEach(entry ->
                        wordings.put(entry.name(), new ReplyText(entry.cause(), entry.authorAdvice(), entry.advice())));
        if (!language.getLanguage().equals(Locale.ENGLISH.getLanguage())) {
            translations(language)
                    .forEach((name, said) -> wordings.computeIfPresent(name, (_, english) -> over(english, said)));
        }
        return new ReplyTexts(wordings);
    }

    /// @return what the file of the language says, in no order; empty texts for what it does not say
    static Map<String, ReplyText> translations(Locale language) {
        String file = "replies_" + language.getLanguage() + ".txt";
        Map<String, ReplyText> translations = new HashMap<>();
        CatalogueBlocks.read(ReplyCatalogue.resource(file), KEYS, block -> {
            if (translations.put(block.name(), wording(block)) != null) {
                throw new IllegalArgumentException("is there twice");
            }
        });
        return translations;
    }

    private static ReplyText wording(Block block) {
        return new ReplyText(block.one("cause"), block.text("author"), block.text("advice"));
    }

    private static ReplyText over(ReplyText english, ReplyText said) {
        return new ReplyText(
                said.cause(),
                said.authorAdvice().isEmpty() ? english.authorAdvice() : said.authorAdvice(),
                said.advice().isEmpty() ? english.advice() : said.advice());
    }

    /// @param name of an entry of the catalogue
    /// @param mailbox that is meant by `{mailbox}`
    /// @return empty if there is no such entry
    public Optional<ReplyText> of(String name, EmailAddress mailbox) {
        return Optional.ofNullable(wordings.get(name))
                .map(wording -> new ReplyText(
                        wording.cause(), about(wording.authorAdvice(), mailbox), about(wording.advice(), mailbox)));
    }

    private static String about(String text, EmailAddress mailbox) {
        return text.replace("{mailbox}", mailbox.toString());
    }
}
