package org.o365relay.rewrite;

import java.util.List;
import java.util.stream.Stream;

/// A header that names exactly the recipients of an envelope.
public final class ReaddressedHeader {

    private final byte[] header;
    private final long bodyOffset;
    private final List<NamedAddress> to;
    private final List<NamedAddress> cc;
    private final List<NamedAddress> bcc;

    ReaddressedHeader(
            byte[] header, long bodyAt, List<NamedAddress> to, List<NamedAddress> cc, List<NamedAddress> bcc) {
        this.header = header;
        this.bodyOffset = bodyAt;
        this.to = List.copyOf(to);
        this.cc = List.copyOf(cc);
        this.bcc = List.copyOf(bcc);
    }

    /// @return with the empty line that ends it; not a copy
    public byte[] header() {
        return header;
    }

    /// @return where in the message the body begins
    public long bodyOffset() {
        return bodyOffset;
    }

    /// @return whom `To` names
    public List<NamedAddress> to() {
        return to;
    }

    /// @return whom `Cc` names
    public List<NamedAddress> cc() {
        return cc;
    }

    /// @return whom `Bcc` names
    public List<NamedAddress> bcc() {
        return bcc;
    }

    /// @param addresses as somebody else has read them
    /// @return whether these are the mailboxes named here, none missing and none more
    public boolean namesExactly(Stream<String> addresses) {
        Stream<String> own = Stream.of(to, cc, bcc)
                .flatMap(List::stream)
                .map(reader -> reader.address().toString());
        return DestinationFields.keys(addresses).equals(DestinationFields.keys(own));
    }
}
