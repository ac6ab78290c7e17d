package org.o365relay.journal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

class LogJournalTest {

    /// docs/log.md lists the events by the names of their types.
    @ParameterizedTest
    @MethodSource("events")
    void logsAnEventUnderTheNameOfItsType(Event event) {
        Logger logger = (Logger) LoggerFactory.getLogger("journal");
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        logger.addAppender(logged);

        new LogJournal().record(event);

        logger.detachAppender(logged);
        String type = event.getClass().getSimpleName();
        String name = type.replaceAll("(?<=[a-z])([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        assertThat(logged.list).singleElement().satisfies(line -> {
            assertThat(line.getMessage()).isEqualTo(name);
            assertThat(line.getKeyValuePairs()).isNotEmpty();
        });
    }

    private static Stream<Event> events() {
        return SampleEvents.ofEachType();
    }
}
