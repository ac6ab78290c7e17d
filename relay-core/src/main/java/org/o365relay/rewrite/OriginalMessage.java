package org.o365relay.rewrite;

import java.io.InputStream;
import java.util.List;

/// A received message, split into header fields and body.
///
/// @param fields the header fields, in the order received
/// @param body the body as received
/// @param headerTooLarge whether the header exceeds the size limit; the fields are then incomplete
record OriginalMessage(List<RawField> fields, InputStream body, boolean headerTooLarge) {

    OriginalMessage {
        fields = List.copyOf(fields);
    }
}
