package org.o365relay.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CompositeJournalTest {

    @ParameterizedTest
    @MethodSource("events")
    void passesEveryEventToEachJournalInOrder(Event event) {
        List<String> received = new ArrayList<>();
        RememberingJournal last = new RememberingJournal();
        CompositeJournal subscribers =
                new CompositeJournal(e -> received.add("first " + e), e -> received.add("second " + e));
        subscribers.subscribe(last);

        subscribers.record(event);

        assertThat(received).containsExactly("first " + event, "second " + event);
        assertThat(last.events()).hasSize(1);
    }

    private static Stream<Event> events() {
        return SampleEvents.ofEachType();
    }
}
