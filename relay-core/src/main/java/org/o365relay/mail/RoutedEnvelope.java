package org.o365relay.mail;

/// An envelope, or the part of one, that leaves in one piece.
///
/// @param route what the mailbox, or the pool of mailboxes, is called that it leaves through
/// @param envelope with the recipients of this part only
public record RoutedEnvelope(String route, Priority priority, Envelope envelope) {}
