package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;

/// A message at hand as a whole, of which any range can be read any number of times.
public interface StoredContent {

    /// @return how many octets there are
    long size();

    /// @param to where the range ends, not itself in it
    InputStream read(long from, long to) throws IOException;
}
