/// Makes an original acceptable to Exchange Online: envelope and header rules. Pure: the same original and the
/// same rules give the same bytes at every attempt.
///
/// What becomes of a message, and nothing else does:
///
/// 1. Line ends become CRLF, and the last line gets one. An mbox line before the header goes, and the empty line
///    after the header is added if it is missing. The body is otherwise byte-identical.
/// 2. A `ReceivedField` goes on top.
/// 3. `From` becomes one mailbox, in the place of the first: the mailbox, or the author if that is on the
///    send-as list.
/// 4. The first usable `Reply-To` of the device stays, written anew if it is no address list; else one is made
///    of who can be reached. The other `Reply-To` go.
/// 5. `Sender`, `Return-Path`, `Bcc`, `Resent-Bcc`, `DKIM-Signature`, `DomainKey-Signature`,
///    `X-Google-DKIM-Signature` and `ARC-*` go.
/// 6. An empty `Date`, `Message-ID` or `To` goes, and what is missing then is added at the end; so are
///    `X-Auto-Response-Suppress`, if there is none, and the record, `X-Original-From` and
///    `X-Original-Envelope-From`, which replaces the device's own.
/// 7. NUL octets in fields go.
/// 8. In `To`, `Cc`, `Reply-To`, `Resent-To` and `Resent-Cc`, names with an `@` get quotes and addresses after a
///    name get angle brackets, if they have none.
/// 9. Field lines over 998 octets are folded at white space, lists also between two of their members.
///
/// Every other field stays byte-identical, in its place.
///
/// For a road without envelopes [org.o365relay.rewrite.DestinationFields] makes the header name exactly the envelope,
/// and [org.o365relay.rewrite.AttachmentStripper] takes large files out of what is too large for one request.
@NullMarked
package org.o365relay.rewrite;

import org.jspecify.annotations.NullMarked;
