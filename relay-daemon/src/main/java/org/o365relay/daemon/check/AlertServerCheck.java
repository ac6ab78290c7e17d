package org.o365relay.daemon.check;

import java.util.Optional;
import org.o365relay.alert.AlertSmtpSettings;
import org.o365relay.deliver.smtp.SmtpUpstream;

/// Connects and signs in to the server of `alerts.smtp`, which is otherwise used only when something is wrong.
public final class AlertServerCheck {

    private AlertServerCheck() {}

    /// Connects and signs in, but sends no message.
    ///
    /// @return a warning if the server cannot be used
    public static Optional<String> warning(AlertSmtpSettings settings) {
        try (SmtpUpstream server = new SmtpUpstream(settings.server(), settings.credential())) {
            return server.check()
                    .optionalFailure()
                    .map(failure -> "relay.alerts.smtp cannot send alerts: " + server.name() + " at "
                            + failure.step().key() + ": " + failure.reply());
        }
    }
}
