/// Makes an original acceptable to Exchange Online: envelope and header rules. Pure: the same original and the
/// same rules give the same bytes at every attempt.
@NullMarked
package org.o365relay.rewrite;

import org.jspecify.annotations.NullMarked;
