package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;

/// The content of a stored message. Any range of it can be read repeatedly.
public interface StoredContent {

    /// @return size in octets
    long size();

    /// @param to end of the range, exclusive
    InputStream read(long from, long to) throws IOException;
}
