/// One method per event an operator looks for. Log line, metric and history hang off it.
@NullMarked
package org.o365relay.journal;

import org.jspecify.annotations.NullMarked;
