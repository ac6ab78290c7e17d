package org.o365relay.identity;

/// What a mailbox signs in with.
public sealed interface Credential {

    /// A user name and password (SMTP AUTH LOGIN or PLAIN, RFC 4954).
    ///
    /// @param username usually the mailbox's address
    record Password(String username, Secret password) implements Credential {}

    /// No authentication; for smarthosts that know the relay by its address.
    record None() implements Credential {}
}
