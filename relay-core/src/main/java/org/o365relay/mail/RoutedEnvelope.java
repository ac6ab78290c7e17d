package org.o365relay.mail;

/// An envelope, or a part of one, with its route.
///
/// @param route name of the mailbox or pool
/// @param envelope the envelope, with only the recipients of this part
public record RoutedEnvelope(String route, Priority priority, Envelope envelope) {}
