package org.o365relay.admit;

/// A network whose clients may send, and on what terms.
public record TrustedNetwork(Network network, ClientPolicy policy) {}
