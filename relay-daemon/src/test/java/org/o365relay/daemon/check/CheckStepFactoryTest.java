package org.o365relay.daemon.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

class CheckStepFactoryTest {

    @Test
    void warnsIfOnlyLargeMessagesCannotBeSent() {
        CheckStep step =
                CheckStepFactory.step(new Finding(Response.Step.AUTH, "no drafts", "Give the app Mail.ReadWrite."));

        assertThat(step)
                .isEqualTo(new CheckStep(
                        CheckStep.Result.WARNING, "sign-in", "no drafts", "", "Give the app Mail.ReadWrite."));
        assertThat(new UpstreamReport("graph.example", List.of(step)).canSend()).isTrue();
    }

    @Test
    void passesAFindingWithoutWarning() {
        assertThat(CheckStepFactory.step(new Finding(Response.Step.CONNECT, "connected")))
                .isEqualTo(CheckStep.passed("connect", "connected"));
    }

    /// A failed step says what to do, and shows as a reply only what a server has sent.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CONNECT  | NETWORK    | 451 4.4.3 name not found: smtp.exmaple | name not found: smtp.exmaple      | getent hosts
            CONNECT  | NETWORK    | 451 4.4.1 connection refused by x:587  | connection refused by x:587       | firewall
            AUTH     | NETWORK    | 451 4.4.1 connection refused           | connection refused                | the sign-in service
            AUTH     | TLS        | 454 4.7.5 certificate not trusted      | certificate not trusted           | relay.http.trusted-certificates
            STARTTLS | TLS        | 454 4.7.5 certificate not trusted      | certificate not trusted           | upstream.trusted-certificates
            EHLO     | SUBMISSION | 421 4.3.2 Service not available        | 421 4.3.2 Service not available   | again in a few minutes
            AUTH     | SIGN_IN    | 401 invalid_client: AADSTS7000222      | 401 invalid_client: AADSTS7000222 | secret
            """)
    void everyFailureHasAdvice(Response.Step step, Origin origin, String reply, String detail, String advice) {
        Response response = new Response(step, Reply.parse(reply).orElseThrow(), origin);
        CheckStep failed = new CheckStepFactory(new EmailAddress("relay", "contoso.example")).step(response);
        assertThat(failed.result()).isEqualTo(CheckStep.Result.FAILED);
        assertThat(failed.name()).isEqualTo(CheckStepFactory.name(step));
        assertThat(failed.detail()).isEqualTo(detail);
        assertThat(failed.advice()).contains(advice);
    }

    @ParameterizedTest
    @EnumSource(Origin.class)
    void noFailureIsWithoutAdvice(Origin origin) {
        CheckStepFactory steps = new CheckStepFactory(new EmailAddress("relay", "contoso.example"));
        for (Response.Step step : Response.Step.values()) {
            for (String reply : List.of("451 4.0.0 Sorry", "550 5.0.0 No", "403 Denied")) {
                assertThat(steps.step(new Response(step, Reply.parse(reply).orElseThrow(), origin))
                                .advice())
                        .as("%s %s", step, reply)
                        .isNotEmpty();
            }
        }
    }

    @Test
    void aFindingThatTurnedOutToBeAFailureFails() {
        assertThat(CheckStepFactory.step(new Finding(Response.Step.AUTH, "token without roles").asFailed())
                        .result())
                .isEqualTo(CheckStep.Result.FAILED);
    }
}
