package org.o365relay.journal;

import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.JudgedReply;
import org.o365relay.journal.Event.RecipientAttempt;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

/// One event of each type.
final class SampleEvents {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");
    private static final EmailAddress ANNA = new EmailAddress("anna", "contoso.example");
    private static final Reply REPLY = Reply.of(550, "5.7.1", "No");

    static final Accepted ACCEPTED = new Accepted(
            new QueueId(1),
            new Arrival(Instant.EPOCH, CLIENT, "", "SMTP"),
            new Envelope(ANNA, List.of(ANNA), false),
            1);
    static final Rejected REJECTED = new Rejected(CLIENT, "", null, null, REPLY);
    private static final JudgedReply JUDGED = new JudgedReply(REPLY, "rcpt", "unknown-reply", "");
    static final RecipientAttempt ATTEMPT =
            new RecipientAttempt(ACCEPTED, ANNA, "smtp.example", JUDGED, 1, Duration.ofSeconds(1));

    private static final List<Object> VALUES = List.of(
            ACCEPTED,
            REJECTED,
            ATTEMPT,
            ACCEPTED.id(),
            ACCEPTED.arrival(),
            ACCEPTED.envelope(),
            CLIENT,
            "text",
            ANNA,
            REPLY,
            JUDGED,
            Event.AccountLimit.CONNECTIONS,
            Instant.EPOCH,
            Duration.ZERO);

    private SampleEvents() {}

    static Stream<Event> ofEachType() {
        return Arrays.stream(Event.class.getPermittedSubclasses()).map(SampleEvents::event);
    }

    private static Event event(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = Arrays.stream(types).map(SampleEvents::value).toArray();
        try {
            return (Event) type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.toString(), e);
        }
    }

    private static Object value(Class<?> type) {
        if (type == long.class) {
            return 1L;
        }
        if (type == int.class) {
            return 1;
        }
        return type == boolean.class
                ? true
                : VALUES.stream().filter(type::isInstance).findFirst().orElseThrow();
    }
}
