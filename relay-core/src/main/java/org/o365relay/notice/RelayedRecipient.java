package org.o365relay.notice;

import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

/// A recipient for whom the upstream accepted the message.
///
/// @param reply the reply with which the upstream accepted the message
public record RelayedRecipient(Recipient recipient, Reply reply) {}
