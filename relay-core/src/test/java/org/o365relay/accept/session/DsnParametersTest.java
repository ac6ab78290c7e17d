package org.o365relay.accept.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.accept.session.DsnParameters.Parsed;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.OriginalRecipient;

class DsnParametersTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # parameters                            envelope id  returned     mistakes
            ''                                    | ''         | NOT_GIVEN | -
            SIZE=5                                | ''         | NOT_GIVEN | -
            RET=FULL                              | ''         | FULL      | -
            RET=hdrs ENVID=QQ314159               | QQ314159   | HEADERS   | -
            ENVID=a+2Bb                           | a+b        | NOT_GIVEN | -
            RET=                                  | ''         | NOT_GIVEN | RET must be FULL or HDRS
            RET=ALL ENVID=1                       | 1          | NOT_GIVEN | RET must be FULL or HDRS
            RET=FULL ENVID=                       | ''         | FULL      | ENVID must be
            ENVID=+20                             | ''         | NOT_GIVEN | ENVID must be
            ENVID=a+0D+0AX-Evil:1                 | ''         | NOT_GIVEN | ENVID must be
            ENVID=a+zz                            | ''         | NOT_GIVEN | ENVID must be
            RET=x ENVID=+                         | ''         | NOT_GIVEN | RET must be FULL or HDRS;ENVID must be
            """, delimiter = '|')
    void parsesTheParametersOfMail(String parameters, String envelopeId, String returned, String mistakes) {
        Parsed<DsnRequest> read = DsnParameters.ofMail(mail(parameters));

        assertThat(read.value().envelopeId()).isEqualTo(envelopeId);
        assertThat(read.value().returned()).hasToString(returned);
        assertMistakes(read, mistakes);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # parameters                                     notify             original          mistakes
            ''                                             | -                | -               | -
            NOTIFY=NEVER                                   | NEVER            | -               | -
            NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b@x.test     | SUCCESS,DELAY    | rfc822;b@x.test | -
            ORCPT=rfc822;b@x.test                          | -                | rfc822;b@x.test | -
            NOTIFY=NEVER,SUCCESS ORCPT=rfc822;b@x.test     | -                | rfc822;b@x.test | NOTIFY must be NEVER
            NOTIFY=NEVER ORCPT=b@x.test                    | NEVER            | -               | ORCPT must be rfc822;address
            NOTIFY= ORCPT=                                 | -                | -               | NOTIFY must be;ORCPT must be
            """, delimiter = '|')
    void parsesTheParametersOfRcpt(String parameters, String notify, String original, String mistakes) {
        Command.Rcpt command = (Command.Rcpt) CommandParser.parse("RCPT TO:<b@x.test> " + parameters);

        Parsed<ForRecipient> read = DsnParameters.ofRcpt(command.parameters());

        ForRecipient wishes = read.value();
        assertThat(wishes.conditions() == null ? null : NotifyParameter.format(wishes.conditions()))
                .isEqualTo(notify);
        assertThat(wishes.originalRecipient().map(OriginalRecipient::parameter).orElse(null))
                .isEqualTo(original);
        assertMistakes(read, mistakes);
    }

    @ParameterizedTest
    @CsvSource({"100,true", "101,false"})
    void acceptsAnEnvelopeIdOfAHundredCharacters(int length, boolean fine) {
        Parsed<DsnRequest> read = DsnParameters.ofMail(mail("ENVID=" + "x".repeat(length)));

        assertThat(read.errors().isEmpty()).isEqualTo(fine);
    }

    private static Map<String, String> mail(String parameters) {
        return ((Command.Mail) CommandParser.parse("MAIL FROM:<a@x.test> " + parameters)).parameters();
    }

    private static void assertMistakes(Parsed<?> read, String mistakes) {
        String[] expected = mistakes == null ? new String[0] : mistakes.split(";(?!a)", -1);
        assertThat(read.errors()).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(read.errors().get(i)).startsWith(expected[i]);
        }
    }
}
