/// Delivery attempts over Microsoft Graph: sendMail with the whole message, or a draft and an upload session
/// if it is large. Reports responses and their step; does not interpret them.
///
/// 1. [org.o365relay.deliver.graph.GraphUpstream] keeps the message during the attempt (`Spool`), and rewrites
///    the header so that it names exactly the recipients of the envelope
///    ([org.o365relay.rewrite.DestinationFields]): Graph has no envelope.
/// 2. Up to the size limit the message is sent in one request. Above it a `Draft` is created from the message
///    without its largest files ([org.o365relay.rewrite.AttachmentStripper]), `AttachmentUpload` adds each
///    file, and then it is sent.
/// 3. `GraphClient` sends requests, with or without the token, each within a time limit. A request that was not
///    sent completely cannot have had an effect (`RequestProgress`).
/// 4. While Graph asks the relay to wait, no request is sent (`RetryAfterGate`).
@NullMarked
package org.o365relay.deliver.graph;

import org.jspecify.annotations.NullMarked;
