package org.o365relay.daemon.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SetupQuestionTest {

    @ParameterizedTest
    @EnumSource
    void explainsEveryQuestion(SetupQuestion question) {
        assertThat(question.explanation()).isNotBlank();
        assertThat(question.explanation().lines()).allMatch(line -> line.length() <= 78);
    }

    @Test
    void explainsNothingElse() {
        assertThat(ResourceSections.read("questions.txt").keySet())
                .containsExactlyElementsOf(Arrays.stream(SetupQuestion.values())
                        .map(SetupQuestion::option)
                        .toList());
    }
}
