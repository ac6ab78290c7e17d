package org.o365relay.mail;

/// A recipient of a message, identified in the queue by its position in the envelope.
///
/// @param ordinal position in the envelope, from 0
public record Recipient(int ordinal, EmailAddress address) {
    @Override
    public String toString() {
        return address.toString();
    }
}
