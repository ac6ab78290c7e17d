/// Value types that all stages use: addresses, envelopes, replies, outcomes. Except for secrets in files, no
/// I/O.
@NullMarked
package org.o365relay.mail;

import org.jspecify.annotations.NullMarked;
