package org.o365relay.ndr;

import java.util.Optional;

/// A mail folder that receives NDRs among other mail. Scanning it does not change it.
interface NdrFolder extends AutoCloseable {

    /// Receives the results of a scan, oldest message first.
    interface Listener {

        /// Called for each message that may be an NDR.
        ///
        /// @param position position in the folder after this message
        /// @param content the message; may be truncated
        void messageFound(String position, byte[] content);

        /// Called when every possible NDR before this position has been passed to [#messageFound].
        void positionReached(String position);
    }

    /// Scans new messages, oldest first.
    ///
    /// @param position where the last scan ended; empty for the first scan, which only skips existing messages
    /// @throws UnreadableFolderException if the folder cannot be read; the messages and positions already
    ///     passed to the listener remain valid
    void scan(Optional<String> position, Listener listener) throws UnreadableFolderException, InterruptedException;

    @Override
    void close();
}
