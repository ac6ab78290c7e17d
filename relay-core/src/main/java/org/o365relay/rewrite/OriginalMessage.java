package org.o365relay.rewrite;

import java.io.InputStream;
import java.util.List;

/// An original, cut in two.
///
/// @param fields in the order received
/// @param body everything after the header, as it was received
/// @param headerTooLarge whether reading was given up; the fields are then those that were read
record OriginalMessage(List<RawField> fields, InputStream body, boolean headerTooLarge) {

    OriginalMessage {
        fields = List.copyOf(fields);
    }
}
