/// Rewrites the header of a received message so that Exchange Online accepts it. The same message, arrival
/// and rules always result in the same bytes.
///
/// These changes are made, and no others:
///
/// 1. Line endings become CRLF, and the last line gets one if it has none; CR CR LF is one line ending. NULs
///    before a dot at the beginning of a line are removed, because a server that removes NULs would find the
///    final dot there. A byte order mark, an mbox separator line (`From …`), and empty or blank lines before
///    the first field are removed, and a missing empty line after the header is added. In a binary message,
///    parts with binary content are encoded as base64; if the message is sent with BINARYMIME, its body is
///    unchanged instead, including line endings and NULs. The body is otherwise byte-identical; a body with
///    CRLF line endings and without NUL (RFC 5322 §2.3) is not changed.
/// 2. A `Received` field is prepended. This field and an added `Date` show the arrival time that the caller
///    passes, which may be corrected; see [org.o365relay.mail.Arrival#plausibleAt].
/// 3. `From` is replaced, at the position of the first one, by a field with a single address: the author if
///    there is only one and it is on the send-as list, otherwise the mailbox. A missing `From` is appended.
/// 4. The first usable `Reply-To` from the device is kept; if it is not a valid address list, it is rebuilt. If
///    there is no usable one and replies would not reach the author, one is created from the reachable authors,
///    the envelope sender or the configured fallback. Other `Reply-To` fields are removed.
/// 5. `Sender`, `Return-Path`, `Bcc`, `Resent-Bcc`, `DKIM-Signature`, `DomainKey-Signature`,
///    `X-Google-DKIM-Signature` and `ARC-*` are removed. So are the fields that Exchange added when the message
///    passed through it before, which a forwarding device sends back: `X-MS-Exchange-*`, `X-LD-Processed`,
///    `X-EOPAttributedMessage`, `X-EOPTenantAttributedMessage`, `X-Forefront-*` and `X-Microsoft-Antispam*`.
///    The loop-detection fields among them make Exchange drop the message, and the spam verdicts are out of
///    date. Real loops are still detected by the `Received` fields.
/// 6. An empty `Date`, `Message-ID` or `To` is removed. A missing `Date` or `Message-ID` is appended, and a
///    `To` if there is neither a `To` nor a `Cc` with a value. If there is a `Content-Type` or
///    `Content-Transfer-Encoding`, a missing `MIME-Version` is appended; one with a value other than `1.0` is
///    removed. If the caller passes a new Message-ID, `Message-ID` is removed, a field with the new one is
///    appended, and `X-Original-Message-ID` records the original one. If configured, `X-Original-From` (if
///    `From` was changed) and `X-Original-Envelope-From` are appended, and those from the device are removed.
/// 7. In `X-Auto-Response-Suppress`, `All` is replaced by all values except `NDR`, and `NDR` is removed, or the
///    whole field if that is its only value, because the admin needs the NDRs. If configured, a missing field
///    is appended with all values except `NDR`.
/// 8. NUL octets in fields, white space before the colon, and lines of white space in fields are removed.
/// 9. `To`, `Cc`, `Reply-To`, `Resent-To` and `Resent-Cc` become valid address lists with US-ASCII names that
///    every program reads the same way; Exchange blocks mailboxes that send invalid names. Valid lists and
///    members stay byte-identical. In other members, the name becomes an encoded word, a phrase or a quoted
///    string, without control and bidirectional characters, and the address gets angle brackets and a domain of
///    A-labels. Members are separated by commas, an unquoted comma in a name (`Kock, Ann <a@b.c>`) stays part
///    of it, and groups are replaced by their members. A name that cannot be decoded is dropped; its address is
///    kept. Names of more than 128 characters are truncated. A member without an address (`Ann <>`) is dropped
///    if another has one; text without any address becomes the name of an empty group.
/// 10. Of fields that may occur only once (RFC 5322 §3.6, and those of MIME), the first that is not empty is
///     kept, at the position of the first; several `To` or `Cc` are merged into one. An unusable `Content-Type`
///     or `Content-Transfer-Encoding` is kept only if no other is usable. A `Message-ID` that contains no
///     visible character, does not fit on a line, or has more than 2,000 octets with the white space around it,
///     is removed, and counts as missing. See [org.o365relay.rewrite.SingleFields].
/// 11. Header lines longer than 998 octets are folded at white space, and address and Message-ID lists also
///     between elements. White space that does not fit on a line is removed. A word longer than a line is
///     encoded again in parts if it is an encoded word, and otherwise broken, which inserts a space.
/// 12. The changes that the rewriting rules decided on ([org.o365relay.mail.HeaderChanges]) take precedence:
///     their name in `From`, even for an author on the send-as list, and their `Reply-To` instead of that of
///     item 4. Their text is put before the subject, unless the subject already begins with it, possibly after
///     `Re:` and the like; a missing `Subject` is appended. If recipients were redirected, `X-Original-To`
///     names them, and one from the device is removed.
///
/// All other fields stay byte-identical and in order, including `Auto-Submitted` and `Precedence`. The relay
/// adds neither, because it cannot know whether a person wrote the message. The body is not read before the
/// header is sent, so the charset of text with 8-bit characters and without a `Content-Type` is not guessed: a
/// wrong guess would garble it, and Exchange applies its own default (`Set-RemoteDomain -NonMimeCharacterSet`).
///
/// [org.o365relay.mail.HeaderParser] decides where the header begins and ends, both here and when the message
/// is accepted. A message in UTF-16 has no readable field: it becomes the body of a message whose header the
/// relay creates.
///
/// For an upstream without envelopes (Microsoft Graph), [org.o365relay.rewrite.DestinationFields] makes the
/// destination fields match the envelope, and [org.o365relay.rewrite.AttachmentStripper] removes large
/// attachments from messages that are too large for one request, and rewrites malformed fields of the remaining
/// parts in standard form.
@NullMarked
package org.o365relay.rewrite;

import org.jspecify.annotations.NullMarked;
