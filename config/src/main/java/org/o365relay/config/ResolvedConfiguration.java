package org.o365relay.config;

import java.util.List;
import org.o365relay.RelaySettings;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.TrustedNetworks;

/// What a file comes to.
///
/// @param mailboxes those of the settings, with what is said of them besides
/// @param standard the terms of a network that nothing is said of
/// @param trusted the networks of the listeners that have none of their own
record ResolvedConfiguration(
        RelaySettings settings,
        ControlSettings control,
        List<ResolvedMailbox> mailboxes,
        ClientPolicy standard,
        TrustedNetworks trusted) {}
