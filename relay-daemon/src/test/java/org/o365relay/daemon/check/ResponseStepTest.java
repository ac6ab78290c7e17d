package org.o365relay.daemon.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;

class ResponseStepTest {

    @Test
    void warnsIfOnlyLargeMessagesCannotBeSent() {
        CheckStep step =
                ResponseStep.step(new Finding(Response.Step.AUTH, "no drafts", "Give the app Mail.ReadWrite."));

        assertThat(step)
                .isEqualTo(new CheckStep(
                        CheckStep.Result.WARNING, "sign-in", "no drafts", "", "Give the app Mail.ReadWrite."));
        assertThat(new UpstreamReport("graph.example", List.of(step)).canSend()).isTrue();
    }

    @Test
    void passesAFindingWithoutWarning() {
        assertThat(ResponseStep.step(new Finding(Response.Step.CONNECT, "connected")))
                .isEqualTo(CheckStep.passed("connect", "connected"));
    }
}
