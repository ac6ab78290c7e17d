/// Checks whether mailboxes can send mail: tests every upstream up to and including the sign-in, and reports
/// the first failure with its cause and advice. Sends nothing except an optional test message.
@NullMarked
package org.o365relay.daemon.check;

import org.jspecify.annotations.NullMarked;
