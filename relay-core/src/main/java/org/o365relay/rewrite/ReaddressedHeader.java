package org.o365relay.rewrite;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A header whose destination fields (RFC 5322 §3.6.3) name exactly the recipients of an envelope.
public final class ReaddressedHeader {

    private final byte[] header;
    private final long bodyOffset;
    private final List<NamedAddress> to;
    private final List<NamedAddress> cc;
    private final List<NamedAddress> bcc;

    ReaddressedHeader(
            byte[] header, long bodyOffset, List<NamedAddress> to, List<NamedAddress> cc, List<NamedAddress> bcc) {
        this.header = header;
        this.bodyOffset = bodyOffset;
        this.to = List.copyOf(to);
        this.cc = List.copyOf(cc);
        this.bcc = List.copyOf(bcc);
    }

    /// @return the header, including the empty line at its end. The array is not a copy
    public byte[] header() {
        return header;
    }

    /// @return offset of the body in the message, in octets
    public long bodyOffset() {
        return bodyOffset;
    }

    /// @return the recipients in `To`
    public List<NamedAddress> to() {
        return to;
    }

    /// @return the recipients in `Cc`
    public List<NamedAddress> cc() {
        return cc;
    }

    /// @return the recipients in `Bcc`
    public List<NamedAddress> bcc() {
        return bcc;
    }

    /// @param addresses addresses that the server found in the header
    /// @return whether these are exactly the mailboxes that this header names
    public boolean namesExactly(Stream<String> addresses) {
        return DestinationFields.keys(addresses).equals(ownKeys());
    }

    /// @param addresses recipients of another message
    /// @return whether each mailbox that this header names is among them
    public boolean namesOnly(Stream<String> addresses) {
        return DestinationFields.keys(addresses).containsAll(ownKeys());
    }

    private Set<String> ownKeys() {
        Stream<String> own = Stream.of(to, cc, bcc)
                .flatMap(List::stream)
                .map(recipient -> recipient.address().toString());
        return DestinationFields.keys(own);
    }
}
