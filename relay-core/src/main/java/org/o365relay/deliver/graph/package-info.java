/// Delivery attempts over Microsoft Graph: sendMail with the whole message, or a draft with uploaded
/// attachments if the message is large. Reports responses and their steps;
/// `org.o365relay.deliver.FailurePolicy` classifies them.
///
/// 1. [org.o365relay.deliver.graph.GraphUpstream] stores the message during the attempt (`Spool`), and rewrites
///    the header to contain exactly the recipients of the envelope ([org.o365relay.rewrite.DestinationFields]),
///    because Graph has no envelope.
/// 2. A message up to the size limit is sent in one request. For a larger one, a `Draft` is created without the
///    largest attachments ([org.o365relay.rewrite.AttachmentStripper]), `AttachmentUpload` adds each of them,
///    and the draft is sent.
/// 3. `GraphClient` sends requests, with or without the access token, each within a time limit. A request that
///    was not sent completely cannot have had an effect (`RequestProgress`).
/// 4. During a wait that Graph has asked for, no attempt starts (`RetryAfterGate`).
@NullMarked
package org.o365relay.deliver.graph;

import org.jspecify.annotations.NullMarked;
