package org.o365relay.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.RoadCheck.Finding;

class JudgementTest {

    @Test
    void whatOnlyLargeMessagesLackIsAWarning() {
        Step step = Judgement.step(new Finding(Response.Step.AUTH, "no drafts", "Give the app Mail.ReadWrite."));

        assertThat(step)
                .isEqualTo(new Step(Step.Mark.WARNING, "sign-in", "no drafts", "", "Give the app Mail.ReadWrite."));
        assertThat(new RoadReport("graph.example", List.of(step)).isOpen()).isTrue();
    }

    @Test
    void whatIsWellIsGood() {
        assertThat(Judgement.step(new Finding(Response.Step.CONNECT, "connected")))
                .isEqualTo(Step.good("connect", "connected"));
    }
}
