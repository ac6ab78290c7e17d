package org.o365relay.config;

import java.util.List;
import org.o365relay.RelaySettings;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.TrustedNetworks;

/// The configuration that results from a file.
///
/// @param mailboxes the mailboxes of the settings, with details
/// @param standard policy of a network without settings
/// @param trusted networks of listeners without a list of their own
public record ResolvedConfiguration(
        RelaySettings settings,
        ControlSettings control,
        List<ResolvedMailbox> mailboxes,
        ClientPolicy standard,
        TrustedNetworks trusted) {}
