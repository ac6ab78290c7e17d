package org.o365relay.accept;

import java.util.Map;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Tolerance;
import org.o365relay.mail.Deviation;

/// The settings for a client's session, chosen by an octet.
record Terms(FrontSettings settings, ListenerTls tls) {

    private static final int SMALL_MESSAGE = 300;

    /// @param choice bits 0 and 1: tolerance; 2 and 3: logins; 4: narrow limits; 5: whether STARTTLS is
    ///     offered; the others are ignored
    static Terms chosenBy(int choice) {
        Tolerance tolerance = switch (choice & 3) {
            case 0 -> Tolerance.STANDARD;
            case 1 -> Tolerance.LEGACY;
            case 2 -> Tolerance.STRICT;
            default -> Tolerance.STRICT.with(Map.of(Deviation.BARE_LINE_FEED, true));
        };
        AuthPolicy auth = switch ((choice >> 2) & 3) {
            case 1 -> AuthPolicy.ACCEPT_ANY;
            case 2 -> AuthPolicy.REQUIRED;
            default -> AuthPolicy.NONE;
        };
        boolean narrow = (choice & 16) != 0;
        ClientPolicy defaults = FrontSettings.DEFAULTS.policy();
        FrontSettings settings = FrontSettings.DEFAULTS
                .withAuthWithoutTls()
                .with(new ClientPolicy(
                        "",
                        tolerance,
                        auth,
                        false,
                        narrow ? SMALL_MESSAGE : defaults.messageSize(),
                        defaults.limits()));
        return new Terms(
                narrow ? settings.withRecipients(2).withHops(2).withCommandLine(512) : settings,
                (choice & 32) == 0 ? ListenerTls.OFF : ListenerTls.OPTIONAL);
    }
}
