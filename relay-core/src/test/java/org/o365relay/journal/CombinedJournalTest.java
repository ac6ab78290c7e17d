package org.o365relay.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.journal.Journal.Delivery;
import org.o365relay.journal.Journal.ExceededLimit;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

class CombinedJournalTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");
    private static final EmailAddress ANNA = new EmailAddress("anna", "contoso.example");
    private static final Reply REPLY = Reply.of(550, "5.7.1", "No");

    @ParameterizedTest
    @MethodSource("events")
    void passesEveryEventToBoth(Method event) throws ReflectiveOperationException {
        RememberingJournal first = new RememberingJournal();
        RememberingJournal second = new RememberingJournal();
        Object[] arguments = Arrays.stream(event.getParameterTypes())
                .map(CombinedJournalTest::sampleOf)
                .toArray();

        event.invoke(first.and(second), arguments);

        assertThat(first.events()).containsExactly(event.getName());
        assertThat(second.lines()).isEqualTo(first.lines());
    }

    private static Stream<Method> events() {
        return Arrays.stream(Journal.class.getDeclaredMethods()).filter(method -> !method.isDefault());
    }

    private static Object sampleOf(Class<?> type) {
        List<Object> things = List.of(
                new QueueId(1),
                new Arrival(Instant.EPOCH, CLIENT, "", "SMTP"),
                new Envelope(ANNA, List.of(ANNA), false),
                CLIENT,
                "text",
                ANNA,
                REPLY,
                Instant.EPOCH,
                Duration.ZERO,
                new ExceededLimit(CLIENT, "", "", ANNA, ANNA, "recipients-per-day", Instant.EPOCH, REPLY),
                new Delivery(new QueueId(1), CLIENT, ANNA, ANNA, 1, "smtp", REPLY, "", 1, Duration.ZERO, ""));
        if (type == long.class) {
            return 1L;
        }
        if (type == int.class) {
            return 1;
        }
        return type == boolean.class
                ? true
                : things.stream().filter(type::isInstance).findFirst().orElseThrow();
    }
}
