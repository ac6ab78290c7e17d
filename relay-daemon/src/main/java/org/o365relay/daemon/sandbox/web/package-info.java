/// HTTPS for the sandbox, on the JDK's own server: requests and answers as values, so that Entra and Graph are plain
/// functions from one to the other.
@NullMarked
package org.o365relay.daemon.sandbox.web;

import org.jspecify.annotations.NullMarked;
