package org.o365relay.bench.load;

/// The Message-IDs of the messages of a load.
public enum MessageIds {
    /// The messages have no Message-ID.
    NONE,
    /// All messages have the same Message-ID, as those of some devices do.
    SAME,
    /// Each message has a random Message-ID.
    RANDOM
}
