package org.o365relay.daemon.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReasonTextsTest {

    private final ReasonTexts meanings = new ReasonTexts();

    @Test
    void namesTheMailboxInTheAdvice() {
        ReasonText meaning = meanings.of("smtp-auth-off-for-mailbox", "relay@contoso.example");
        assertThat(meaning.cause()).isEqualTo("SMTP AUTH is disabled for this mailbox");
        assertThat(meaning.advice()).contains("relay@contoso.example").doesNotContain("{mailbox}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unreachable", "tls", "sign-in", "unknown-reply", "relay"})
    void explainsTheReasonsOfTheRelayItself(String reason) {
        assertThat(meanings.of(reason, "relay@contoso.example").cause()).isNotEmpty();
    }

    @Test
    void isEmptyForAnUnknownReason() {
        assertThat(meanings.of("from-the-future", "x@y")).isEqualTo(new ReasonText("", ""));
    }
}
