package org.o365relay.notice;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The languages of notices. To add one, add a constant here, the texts in `words_xx.properties` and the
/// replies in `exchange/replies_xx.txt`.
public enum Language {
    ENGLISH(Locale.ENGLISH),
    GERMAN(Locale.GERMAN);

    private final Locale locale;

    Language(Locale locale) {
        this.locale = locale;
    }

    /// @param code a language code such as `en` or `de`; case-insensitive
    public static Optional<Language> of(String code) {
        return Arrays.stream(values())
                .filter(language -> language.code().equalsIgnoreCase(code))
                .findFirst();
    }

    /// @return the codes of all languages
    public static List<String> codes() {
        return Arrays.stream(values()).map(Language::code).toList();
    }

    /// @return the code used in the configuration, such as `en`
    public String code() {
        return locale.getLanguage();
    }

    /// @return the locale of the texts
    public Locale locale() {
        return locale;
    }
}
