/// Connections to servers on the internet: which certificates are trusted, HTTPS through a proxy, and MX lookup.
@NullMarked
package org.o365relay.net;

import org.jspecify.annotations.NullMarked;
