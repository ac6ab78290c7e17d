package org.o365relay.exchange;

/// The part of an SMTP session in which a reply arrives. Coarser than
/// `org.o365relay.deliver.upstream.Response.Step`.
public enum ReplyStep {
    /// Connection, greeting, EHLO and STARTTLS.
    SESSION,
    AUTH,
    MAIL,
    RCPT,
    /// The content, and the reply to its end. Replies that do not come over SMTP also have this step.
    CONTENT
}
