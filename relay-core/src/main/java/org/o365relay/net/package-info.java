/// Connections to servers on the internet: certificate verification, HTTPS through a proxy, and MX lookup.
@NullMarked
package org.o365relay.net;

import org.jspecify.annotations.NullMarked;
