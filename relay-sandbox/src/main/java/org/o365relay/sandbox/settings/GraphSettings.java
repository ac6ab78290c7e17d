package org.o365relay.sandbox.settings;

/// Size limits of Microsoft Graph, in octets.
///
/// @param silentDropAbove size above which sendMail responds to a MIME message with status 200 but does not
///     send the message, a behavior that users have reported; [Long#MAX_VALUE] to disable it
/// @param minimumUpload minimum size of an attachment in an upload session
/// @param maximumUpload maximum size of an attachment in an upload session
public record GraphSettings(long silentDropAbove, long minimumUpload, long maximumUpload) {

    /// The upload sizes that Microsoft documents. MIME messages above 2,240 KiB are silently dropped.
    public static final GraphSettings MICROSOFT = new GraphSettings(2_240 * 1_024, 3_000_000, 150 * 1_024 * 1_024);

    public GraphSettings withSilentDropAbove(long size) {
        return new GraphSettings(size, minimumUpload, maximumUpload);
    }
}
