package org.o365relay.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NoticeTextsTest {

    private static final Pattern PLACE = Pattern.compile("\\{([^}]*)}");

    @ParameterizedTest
    @EnumSource(names = "ENGLISH", mode = EnumSource.Mode.EXCLUDE)
    void everyLanguageHasAllTexts(Language language) throws IOException {
        Properties english = sentences("words.properties");
        Properties others = sentences("words_" + language.code() + ".properties");

        assertThat(new TreeSet<>(others.stringPropertyNames())).isEqualTo(new TreeSet<>(english.stringPropertyNames()));
        for (String key : english.stringPropertyNames()) {
            assertThat(places(others.getProperty(key))).as(key).isEqualTo(places(english.getProperty(key)));
            assertThat(others.getProperty(key)).as(key).isNotBlank();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyGeneralReasonHasAText(Language language) {
        for (GeneralReason reason : GeneralReason.values()) {
            assertThat(reason.in(language, "advice").cause()).isNotBlank().doesNotEndWith(".");
            assertThat(GeneralReason.of(reason.key())).isEqualTo(reason);
        }
        assertThat(GeneralReason.of("no-longer-known")).isEqualTo(GeneralReason.UNKNOWN_REPLY);
    }

    @ParameterizedTest
    @EnumSource
    void findsALanguageByItsCode(Language language) {
        assertThat(Language.of(language.code())).contains(language);
        assertThat(Language.of("xx")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void labelsFitTheirColumn(Language language) {
        NoticeTexts words = new NoticeTexts(language, ZoneOffset.UTC);
        for (String label : Set.of("item.subject", "item.from", "item.date", "item.device")) {
            assertThat(words.text(label)).hasSizeLessThanOrEqualTo(7);
        }
    }

    @Test
    void requiresAValueForEveryPlaceholder() {
        NoticeTexts words = new NoticeTexts(Language.ENGLISH, ZoneOffset.UTC);

        assertThat(words.text("more", "count", "3")).isEqualTo("and 3 more");
        assertThat(words.text("failed.subject", "subject", "{count} {")).isEqualTo("Not delivered: {count} {");
        assertThatThrownBy(() -> words.text("more")).isInstanceOf(IllegalArgumentException.class);
    }

    private static Set<String> places(String sentence) {
        return PLACE.matcher(sentence).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Properties sentences(String file) throws IOException {
        Properties sentences = new Properties();
        try (InputStream in = NoticeTexts.class.getResourceAsStream(file)) {
            sentences.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        }
        return sentences;
    }
}
