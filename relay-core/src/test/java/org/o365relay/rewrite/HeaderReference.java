package org.o365relay.rewrite;

import java.io.ByteArrayInputStream;
import java.io.IOException;

/// What the rewriter will say about the header of a message, for the tests of those who accept messages.
public final class HeaderReference {

    private HeaderReference() {}

    /// @param limit size limit in octets
    public static boolean isTooLarge(byte[] message, int limit) {
        try {
            return new HeaderReader(new ByteArrayInputStream(message), limit)
                    .read()
                    .headerTooLarge();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
