/// Who may relay what. Pure decisions over plain data; no I/O, no clock.
@NullMarked
package org.o365relay.admit;

import org.jspecify.annotations.NullMarked;
