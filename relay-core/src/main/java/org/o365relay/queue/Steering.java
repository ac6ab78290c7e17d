package org.o365relay.queue;

import java.util.function.Consumer;

/// Changes open messages as an operator says. What is being delivered just now is passed over.
///
/// The set of messages is fixed first: none that comes in later is meant, unless the selection says up to which
/// one. Then they are changed in small batches, oldest first, so that nobody who waits for a 250 waits long.
/// Each batch is one transaction, with what the history says of it. Nothing is done to settled messages.
public final class Steering {

    Steering() {}

    /// @param by who says so, for the history
    /// @return what was done, also if the disk failed in the middle
    /// @throws QueueException if the disk fails before anything was changed
    /// @throws IllegalArgumentException for [Change.Bounce], which takes somebody who tells the author: [#each]
    public Effect apply(Change change, Selection selection, String by) {
        throw new UnsupportedOperationException(change + " of " + selection + " by " + by);
    }

    /// Claims one message after the other, those on hold too, to be given up. The history says so. A message that the
    /// consumer leaves as it is, because it fails, is put back.
    ///
    /// @param by who says so, for the history
    /// @param settling settles each claim
    /// @return what was done, also if the disk failed in the middle
    /// @throws QueueException if the disk fails before anything was changed
    public Effect each(Selection selection, String by, Consumer<Claim> settling) {
        throw new UnsupportedOperationException(settling + " of " + selection + " by " + by);
    }
}
