package org.o365relay.config;

import org.o365relay.RelaySettings;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.TrustedNetworks;

/// What a file comes to.
///
/// @param standard the terms of a network that nothing is said of
/// @param trusted the networks of the listeners that have none of their own
record InForce(RelaySettings settings, ClientPolicy standard, TrustedNetworks trusted) {}
