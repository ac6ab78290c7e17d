/// The words every stage speaks: addresses, envelopes, replies, outcomes. Pure values, no I/O.
@NullMarked
package org.o365relay.mail;

import org.jspecify.annotations.NullMarked;
