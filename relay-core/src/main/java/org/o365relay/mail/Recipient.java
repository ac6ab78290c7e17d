package org.o365relay.mail;

/// One recipient of one message, with its place in the envelope, by which the queue knows it.
///
/// @param ordinal position in the envelope, from 0
public record Recipient(int ordinal, EmailAddress address) {
    @Override
    public String toString() {
        return address.toString();
    }
}
