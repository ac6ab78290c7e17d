/// HTTPS for the sandbox, on the JDK's server. Requests and responses are immutable values, so that the token
/// service and Graph do not depend on the server.
@NullMarked
package org.o365relay.daemon.sandbox.web;

import org.jspecify.annotations.NullMarked;
