package org.o365relay.alert;

import java.time.Instant;
import org.o365relay.json.Json;

/// An alert as JSON, for the webhook and the command.
final class AlertJson {

    private record Body(
            String event,
            String name,
            String subject,
            String text,
            String advice,
            Instant since,
            Instant at,
            String relay,
            String version) {}

    private AlertJson() {}

    /// @param relay host name of the relay
    /// @param version version of the program
    static String of(AlertMessage message, String relay, String version) {
        Alert alert = message.alert();
        return Json.text(new Body(
                message.event(),
                alert.name(),
                AlertTexts.subject(message),
                AlertTexts.summary(message),
                alert.advice(),
                alert.since(),
                message.at(),
                relay,
                version));
    }
}
