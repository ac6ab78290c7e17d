/// The HTTPS server of the sandbox, based on the JDK's HTTP server. Requests and responses are immutable
/// values, so that the token service and Graph do not use the JDK's server directly.
@NullMarked
package org.o365relay.sandbox.web;

import org.jspecify.annotations.NullMarked;
