/// Rewrites the header of a received message so that Exchange Online accepts it. The same message and the same
/// rules always give the same bytes.
///
/// These changes are made, and no others:
///
/// 1. Line endings become CRLF, and the last line gets one if it has none. An mbox line before the header
///    is removed, and a missing empty line after the header is added. The body is otherwise byte-identical.
/// 2. A `Received` field is prepended.
/// 3. `From` is replaced, at the position of the first one, by a single address: the mailbox, or the author if
///    it is on the send-as list.
/// 4. The first usable `Reply-To` of the device is kept, rewritten if it is not a valid address list. If there
///    is none, one is created from the reachable authors or the envelope sender. Other `Reply-To` fields are
///    removed.
/// 5. `Sender`, `Return-Path`, `Bcc`, `Resent-Bcc`, `DKIM-Signature`, `DomainKey-Signature`,
///    `X-Google-DKIM-Signature` and `ARC-*` are removed.
/// 6. An empty `Date`, `Message-ID` or `To` is removed. A missing `Date` or `Message-ID` is appended, a `To` if
///    there is no `Cc` either, and `X-Auto-Response-Suppress`. `X-Original-From` and
///    `X-Original-Envelope-From` are appended and replace those of the device.
/// 7. NUL octets in fields are removed.
/// 8. In `To`, `Cc`, `Reply-To`, `Resent-To` and `Resent-Cc`, names that contain an `@` are quoted and
///    addresses after a name are enclosed in angle brackets, unless they already are.
/// 9. Lines longer than 998 octets are folded at white space; address and Message-ID lists also between
///    elements.
///
/// All other fields stay byte-identical and in order.
///
/// For an upstream without envelopes (Microsoft Graph), [org.o365relay.rewrite.DestinationFields] makes the
/// destination fields match the envelope, and [org.o365relay.rewrite.AttachmentStripper] removes large
/// attachments from messages that are too large for one request.
@NullMarked
package org.o365relay.rewrite;

import org.jspecify.annotations.NullMarked;
