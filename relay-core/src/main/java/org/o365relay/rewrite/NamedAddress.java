package org.o365relay.rewrite;

import org.o365relay.mail.EmailAddress;

/// A recipient named in a header field.
///
/// @param name the display name, decoded; empty if there is none
public record NamedAddress(String name, EmailAddress address) {}
