/// How the relay reaches servers on the internet: whom it believes to be the server (TLS), through which proxy, and
/// where a domain wants its mail.
@NullMarked
package org.o365relay.net;

import org.jspecify.annotations.NullMarked;
