/// HTTPS for the sandbox, on the JDK's server. Requests and responses are values, so that the token service and
/// Graph are plain functions.
@NullMarked
package org.o365relay.daemon.sandbox.web;

import org.jspecify.annotations.NullMarked;
