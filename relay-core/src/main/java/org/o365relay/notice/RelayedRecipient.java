package org.o365relay.notice;

import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

/// One recipient for whom a message was handed over.
///
/// @param reply what the upstream said to the content
public record RelayedRecipient(Recipient recipient, Reply reply) {}
