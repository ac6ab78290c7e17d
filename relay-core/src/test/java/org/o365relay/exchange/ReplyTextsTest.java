package org.o365relay.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.exchange.KnownReply.Kind;
import org.o365relay.mail.EmailAddress;

class ReplyTextsTest {

    private static final EmailAddress MAILBOX =
            EmailAddress.parse("relay@contoso.example").orElseThrow();

    private final ReplyCatalogue catalogue = ReplyCatalogue.microsoft365();

    @ParameterizedTest
    @ValueSource(strings = "de")
    void translatesOnlyExistingTextsAndKeepsTheMailboxPlaceholder(String language) {
        Map<String, ReplyText> translations = ReplyTexts.translations(Locale.of(language)); // fails if one is twice
        translations.forEach((name, said) -> {
            KnownReply entry = catalogue.entries().stream()
                    .filter(known -> known.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(name + " is not in replies.txt"));
            assertThat(said.cause()).as(name).isNotBlank().doesNotEndWith(".").doesNotContain("{");
            assertSamePlaces(name, said.authorAdvice(), entry.authorAdvice());
            assertSamePlaces(name, said.advice(), entry.advice());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = "de")
    void translatesEverythingThatCanAppearInANotice(String language) {
        Map<String, ReplyText> translations = ReplyTexts.translations(Locale.of(language));

        assertThat(catalogue.entries())
                .extracting(KnownReply::name)
                .allSatisfy(name -> assertThat(translations).containsKey(name));
        assertThat(catalogue.entries())
                .filteredOn(entry -> entry.kind() == Kind.PERMANENT || entry.kind() == Kind.AUTHOR)
                .allSatisfy(entry -> {
                    ReplyText said = Objects.requireNonNull(translations.get(entry.name()));
                    assertThat(said.authorAdvice().isEmpty())
                            .isEqualTo(entry.authorAdvice().isEmpty());
                    assertThat(said.advice()).isNotBlank();
                });
    }

    @Test
    void usesEnglishForMissingTranslations() {
        ReplyTexts words = ReplyTexts.in(Locale.GERMAN);

        assertThat(words.of("not-authenticated", MAILBOX).orElseThrow())
                .isEqualTo(new ReplyText(
                        "das Relay hat sich vor dem Senden nicht angemeldet",
                        "",
                        "Configure a credential for relay@contoso.example. Without a sign-in, Exchange accepts mail only on"
                                + " port 25 of the organization's mail exchanger: set upstream.host to it and configure a"
                                + " connector."));
        assertThat(words.of("unknown-reply", MAILBOX)).isEmpty();
    }

    @Test
    void usesTheTextsOfTheCatalogueInEnglish() {
        ReplyTexts words = ReplyTexts.in(Locale.ENGLISH);

        assertThat(words.of("recipient-restricted", MAILBOX).orElseThrow().authorAdvice())
                .isEqualTo("Ask the recipient, or the owner of the group, to accept mail from relay@contoso.example.");
        assertThat(words.of("recipient-unknown", MAILBOX).orElseThrow().cause())
                .isEqualTo("the recipient does not exist");
    }

    private static void assertSamePlaces(String name, String said, String english) {
        if (!said.isEmpty()) {
            assertThat(said.contains("{mailbox}")).as(name).isEqualTo(english.contains("{mailbox}"));
            assertThat(said.replace("{mailbox}", "").replace("@{Add=", ""))
                    .as(name)
                    .doesNotContain("{");
        }
    }
}
