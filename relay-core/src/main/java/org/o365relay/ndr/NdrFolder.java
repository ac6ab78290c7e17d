package org.o365relay.ndr;

import java.util.Optional;

/// A folder of a mailbox, in which reports come in among other mail. Looking changes nothing in it.
interface NdrFolder {

    /// What is told on the way through the folder.
    interface Listener {

        /// A message that may be a report.
        ///
        /// @param place how far it has been looked, this message included
        /// @param content the message, perhaps without its end
        void messageFound(String place, byte[] content);

        /// @param place how far it has been looked; there is no report before it that was not told
        void positionReached(String place);
    }

    /// Looks through what is new, oldest first.
    ///
    /// @param place how far it was looked before; empty for never: then only what comes from now on is new
    /// @throws UnreadableFolderException if it cannot be looked at now; what was told stays told
    void scan(Optional<String> place, Listener finds) throws UnreadableFolderException, InterruptedException;
}
