/// One attempt over Microsoft Graph: sendMail with the message as it is, or a draft and an upload session if it is
/// large. Reports what was said and at which step; never decides what that means.
///
/// 1. [org.o365relay.deliver.graph.GraphUpstream] keeps the message for the time of the attempt (`Spool`), and has
///    the header made to name exactly the envelope ([org.o365relay.rewrite.DestinationFields]): there is no envelope
/// here.
/// 2. Up to the limit it is sent in one request. Above it a `Draft` is made of the message without its largest files
///    ([org.o365relay.rewrite.AttachmentStripper]), an `AttachmentUpload` brings each of these, and only then it is
/// sent.
/// 3. `GraphClient` asks, in the name of the mailbox or without, each request within its time. A request that did not
/// leave
///    whole cannot have been acted upon (`RequestProgress`).
/// 4. Where Graph asks for a rest, nothing is asked of it until that is over (`RetryAfterGate`).
@NullMarked
package org.o365relay.deliver.graph;

import org.jspecify.annotations.NullMarked;
