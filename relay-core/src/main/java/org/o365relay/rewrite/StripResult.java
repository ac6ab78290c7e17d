package org.o365relay.rewrite;

/// The result of removing attachments from a message.
public sealed interface StripResult permits StrippedMessage, StripResult.Unsplittable {

    /// The message cannot be made small enough, or not without risk.
    ///
    /// @param reason reason in words, such as `its text is too large`
    record Unsplittable(String reason) implements StripResult {}
}
