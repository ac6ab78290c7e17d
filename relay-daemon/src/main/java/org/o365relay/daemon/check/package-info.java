/// Checks whether mailboxes can send mail: tests every upstream up to and including the sign-in (for Microsoft
/// Graph, also the permissions), and reports the first failure of each upstream with its cause and advice.
/// Sends no mail except an optional test message.
@NullMarked
package org.o365relay.daemon.check;

import org.jspecify.annotations.NullMarked;
