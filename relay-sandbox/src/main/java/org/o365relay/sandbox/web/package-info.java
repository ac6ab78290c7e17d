/// The HTTPS server of the sandbox, based on the JDK's HTTP server. The token service and Graph see requests and
/// responses as immutable values, and never use the JDK's server directly.
@NullMarked
package org.o365relay.sandbox.web;

import org.jspecify.annotations.NullMarked;
