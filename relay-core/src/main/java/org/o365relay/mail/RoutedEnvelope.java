package org.o365relay.mail;

/// An envelope, or a part of one, with its route.
///
/// @param route name of the mailbox or pool
/// @param envelope with the recipients of this part only
public record RoutedEnvelope(String route, Priority priority, Envelope envelope) {}
