package org.o365relay.daemon.sandbox;

/// Microsoft Graph's sizes, in octets.
///
/// @param silentDropAbove a message larger than this in one request is answered 200 and not sent, as was reported of
///     Graph; [Long#MAX_VALUE] if there is no such trap
/// @param minimumUpload an attachment of an upload session
/// @param maximumUpload an attachment of an upload session
public record GraphSettings(long silentDropAbove, long minimumUpload, long maximumUpload) {

    /// As documented, and with the trap: 2,240 KB.
    public static final GraphSettings MICROSOFT = new GraphSettings(2_240 * 1_024, 3_000_000, 150 * 1_024 * 1_024);

    public GraphSettings withSilentDropAbove(long above) {
        return new GraphSettings(above, minimumUpload, maximumUpload);
    }
}
