/// SMTP clients that put load on a server and measure how fast it replies. The package needs only the address
/// of the server.
@NullMarked
package org.o365relay.bench.load;

import org.jspecify.annotations.NullMarked;
