package org.o365relay.admit;

/// A network whose clients may send mail, and their policy.
public record TrustedNetwork(Network network, ClientPolicy policy) {}
