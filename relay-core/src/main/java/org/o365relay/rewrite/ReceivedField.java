package org.o365relay.rewrite;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.QueueId;

/// Creates the trace field (RFC 5321 §4.4) and formats dates for header fields.
final class ReceivedField {

    // RFC 5322 §3.3
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, d MMM uuuu HH:mm:ss xx", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private ReceivedField() {}

    static String date(Instant instant) {
        return DATE.format(instant);
    }

    /// Omits the `for` clause, which would disclose `Bcc` recipients.
    static RawField of(QueueId id, Arrival arrival, String hostname) {
        String date = date(arrival.at());
        if (arrival.isLocal()) {
            return RawField.of("Received", "by " + hostname + " id " + id + ";\r\n\t" + date);
        }
        return RawField.of(
                "Received",
                "from " + DeviceName.heloForTrace(arrival) + " (" + DeviceName.literal(arrival.client()) + ")\r\n\tby "
                        + hostname + " with " + arrival.protocol() + " id " + id + ";\r\n\t" + date);
    }
}
