/// SMTP clients that put load on a server and measure its replies. Knows the server only by its address.
@NullMarked
package org.o365relay.bench.load;

import org.jspecify.annotations.NullMarked;
