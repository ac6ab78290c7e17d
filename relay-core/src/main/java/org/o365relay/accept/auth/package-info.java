/// User names and passwords for AUTH: the users file, and password checks on threads of their own.
/// Passwords are overwritten after a check and never logged. Knows neither sessions nor Netty.
@NullMarked
package org.o365relay.accept.auth;

import org.jspecify.annotations.NullMarked;
