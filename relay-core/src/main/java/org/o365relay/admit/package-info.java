/// Who may relay what, and how much. Decisions over plain data; no I/O, and no clock but the one that is given.
@NullMarked
package org.o365relay.admit;

import org.jspecify.annotations.NullMarked;
