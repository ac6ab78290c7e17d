package org.o365relay.daemon.sandbox;

/// Microsoft Graph's sizes, in octets.
///
/// @param vanishing a message larger than this in one request is answered 200 and not sent, as was reported of
///     Graph; [Long#MAX_VALUE] if there is no such trap
/// @param smallestUpload an attachment of an upload session
/// @param largestUpload an attachment of an upload session
public record GraphSettings(long vanishing, long smallestUpload, long largestUpload) {

    /// As documented, and with the trap: 2,240 KB.
    public static final GraphSettings MICROSOFT = new GraphSettings(2_240 * 1_024, 3_000_000, 150 * 1_024 * 1_024);

    public GraphSettings withVanishing(long above) {
        return new GraphSettings(above, smallestUpload, largestUpload);
    }
}
