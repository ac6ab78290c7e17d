package org.o365relay.notice;

import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

/// One recipient a message could not be delivered to.
///
/// @param reply the last one; may be several KB long
/// @param fromUpstream whether the upstream said it, not the relay in its place
/// @param reason what it means
public record FailedRecipient(Recipient recipient, Reply reply, boolean fromUpstream, Reason reason) {}
