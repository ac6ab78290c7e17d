package org.o365relay.config;

import java.util.List;
import org.o365relay.RelaySettings;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.TrustedNetworks;

/// The configuration read from a file, with defaults filled in.
///
/// @param mailboxes the mailboxes in `settings`, with additional details of each
/// @param basePolicy policy if neither the entry of a network nor `trusted-network-defaults` sets anything
/// @param trusted trusted networks of listeners that have no list of their own
public record ResolvedConfiguration(
        RelaySettings settings,
        ControlSettings control,
        List<ResolvedMailbox> mailboxes,
        ClientPolicy basePolicy,
        TrustedNetworks trusted) {}
