package org.o365relay.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.DsnRequest.ReturnedContent;

class DsnRequestTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", quoteCharacter = '"', textBlock = """
            QQ314159 | QQ314159
            a+2Bb+3D | a+b=
            a+20b    | a b
            a+2bb    | a+b
            a b      | -
            a=b      | -
            a+b      | -
            a+2      | -
            a+       | -
            ü        | -
            """, delimiter = '|')
    void decodesXtext(String xtext, String text) {
        assertThat(Xtext.decode(xtext).orElse(null)).isEqualTo(text);
    }

    @Test
    void encodesXtextReversibly() {
        StringBuilder every = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            every.append(c);
        }
        assertThat(Xtext.encode("a+b=c d")).isEqualTo("a+2Bb+3Dc+20d");
        assertThat(Xtext.decode(Xtext.encode(every.toString()))).contains(every.toString());
        assertThat(Xtext.encode(every.toString())).matches("[!-~]+").doesNotContain("=");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            NEVER                   | NEVER
            never                   | NEVER
            SUCCESS                 | SUCCESS
            delay,Failure,SUCCESS   | SUCCESS,FAILURE,DELAY
            FAILURE,FAILURE         | FAILURE
            ''                      | -
            NEVER,SUCCESS           | -
            SUCCESS,                | -
            SUCCESS, FAILURE        | -
            ALWAYS                  | -
            """, delimiter = '|')
    void parsesNotify(String value, String written) {
        assertThat(NotifyParameter.parse(value).map(NotifyParameter::format).orElse(null))
                .isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            rfc822;anna@contoso.example         | rfc822;anna@contoso.example
            RFC822;anna+2Bx@contoso.example     | rfc822;anna+2Bx@contoso.example
            utf-8;ann\\x{E4}@contoso.example     | utf-8;ann\\x{E4}@contoso.example
            utf-8;annä@contoso.example          | utf-8;ann\\x{E4}@contoso.example
            x400;/C=DE+2FS+3Dx                  | -
            x400;/C+3DDE/                       | x400;/C+3DDE/
            anna@contoso.example                | -
            ;anna@contoso.example               | -
            rfc822;                             | -
            rfc822;+20                          | -
            rfc822;a+0D+0AX-Evil:1              | -
            rf c;a                              | -
            """, delimiter = '|')
    void parsesAnOriginalRecipient(String value, String written) {
        assertThat(OriginalRecipient.parse(value)
                        .map(OriginalRecipient::parameter)
                        .orElse(null))
                .isEqualTo(written);
    }

    @Test
    void refusesAnOriginalRecipientTooLongToForward() {
        assertThat(OriginalRecipient.parse("rfc822;" + "a".repeat(493))).isPresent();
        assertThat(OriginalRecipient.parse("rfc822;" + "a".repeat(494))).isEmpty();
        assertThat(OriginalRecipient.parse("utf-8;" + "ä".repeat(200)))
                .as("too long once it is US-ASCII")
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # NOTIFY         success  failure  delay
            -              | false  | true   | false
            NEVER          | false  | false  | false
            SUCCESS        | true   | false  | false
            FAILURE,DELAY  | false  | true   | true
            """, delimiter = '|')
    void appliesTheNotifyConditions(String value, boolean success, boolean failure, boolean delay) {
        ForRecipient wishes = new ForRecipient(
                value == null ? null : NotifyParameter.parse(value).orElseThrow(), null);

        assertThat(wishes.includes(NotifyCondition.SUCCESS)).isEqualTo(success);
        assertThat(wishes.includes(NotifyCondition.FAILURE)).isEqualTo(failure);
        assertThat(wishes.includes(NotifyCondition.DELAY)).isEqualTo(delay);
    }

    @Test
    void returnsNoParametersForOtherRecipients() {
        EmailAddress anna = EmailAddress.parse("anna@contoso.example").orElseThrow();
        ForRecipient never = new ForRecipient(Set.of(), null);
        DsnRequest request = new DsnRequest("", ReturnedContent.NOT_GIVEN, Map.of(anna, never));

        assertThat(request.of(EmailAddress.parse("anna@CONTOSO.example").orElseThrow()))
                .isEqualTo(never);
        assertThat(request.of(EmailAddress.parse("bert@contoso.example").orElseThrow()))
                .isEqualTo(ForRecipient.NONE);
    }

    @ParameterizedTest
    @CsvSource({"7BIT,SEVEN_BIT", "8bitmime,EIGHT_BIT", "BinaryMIME,BINARY", "BINARY,", "'',"})
    void parsesBodyTypes(String keyword, BodyType type) {
        assertThat(BodyType.of(keyword).orElse(null)).isEqualTo(type);
    }
}
