package org.o365relay.notice;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What notices are written in. One more takes a line here, the sentences in `words_xx.properties`, and the replies
/// in `exchange/replies_xx.txt`.
public enum Language {
    ENGLISH(Locale.ENGLISH),
    GERMAN(Locale.GERMAN);

    private final Locale locale;

    Language(Locale locale) {
        this.locale = locale;
    }

    /// @param code `en`, `de`; capitals make no difference
    public static Optional<Language> of(String code) {
        return Arrays.stream(values())
                .filter(language -> language.code().equalsIgnoreCase(code))
                .findFirst();
    }

    /// @return all codes there are
    public static List<String> codes() {
        return Arrays.stream(values()).map(Language::code).toList();
    }

    /// @return as in the configuration: `en`
    public String code() {
        return locale.getLanguage();
    }

    /// @return how the language writes
    public Locale locale() {
        return locale;
    }
}
