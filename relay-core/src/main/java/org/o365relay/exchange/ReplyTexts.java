package org.o365relay.exchange;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.o365relay.exchange.Blocks.Block;
import org.o365relay.mail.EmailAddress;

/// The words of the catalogue in one language, by the names of its entries. English ones stand in `replies.txt`
/// itself, those of other languages in a file next to it, `replies_de.txt`; what is not there is said in English.
public final class ReplyTexts {

    private static final Set<String> KEYS = Set.of("cause", "author", "advice");

    private final Map<String, Wording> wordings;

    private ReplyTexts(Map<String, Wording> wordings) {
        this.wordings = Map.copyOf(wordings);
    }

    /// @param language for which there are words
    /// @throws IllegalArgumentException if they are damaged; the message names the line
    /// @throws IllegalStateException if there are none
    public static ReplyTexts in(Locale language) {
        Map<String, Wording> wordings = new HashMap<>();
        ReplyCatalogue.microsoft365()
                .entries()
                .forEach(entry ->
                        wordings.put(entry.name(), new Wording(entry.cause(), entry.author(), entry.advice())));
        if (!language.getLanguage().equals(Locale.ENGLISH.getLanguage())) {
            translations(language)
                    .forEach((name, said) -> wordings.computeIfPresent(name, (_, english) -> over(english, said)));
        }
        return new ReplyTexts(wordings);
    }

    /// @return what the file of the language says, in no order; empty texts for what it does not say
    static Map<String, Wording> translations(Locale language) {
        String file = "replies_" + language.getLanguage() + ".txt";
        Map<String, Wording> translations = new HashMap<>();
        Blocks.read(ReplyCatalogue.resource(file), KEYS, block -> {
            if (translations.put(block.name(), wording(block)) != null) {
                throw new IllegalArgumentException("is there twice");
            }
        });
        return translations;
    }

    private static Wording wording(Block block) {
        return new Wording(block.one("cause"), block.text("author"), block.text("advice"));
    }

    private static Wording over(Wording english, Wording said) {
        return new Wording(
                said.cause(),
                said.author().isEmpty() ? english.author() : said.author(),
                said.advice().isEmpty() ? english.advice() : said.advice());
    }

    /// @param name of an entry of the catalogue
    /// @param mailbox that is meant by `{mailbox}`
    /// @return empty if there is no such entry
    public Optional<Wording> of(String name, EmailAddress mailbox) {
        return Optional.ofNullable(wordings.get(name))
                .map(wording -> new Wording(
                        wording.cause(), about(wording.author(), mailbox), about(wording.advice(), mailbox)));
    }

    private static String about(String text, EmailAddress mailbox) {
        return text.replace("{mailbox}", mailbox.toString());
    }
}
