/// Value types that all stages use: addresses, envelopes, replies, outcomes. Apart from reading secrets from
/// files, the package does no I/O.
@NullMarked
package org.o365relay.mail;

import org.jspecify.annotations.NullMarked;
