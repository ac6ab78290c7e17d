/// User names and passwords for AUTH: the users file, and password checks on separate threads.
/// Passwords are overwritten after a check and never logged. Does not depend on sessions or Netty.
@NullMarked
package org.o365relay.accept.auth;

import org.jspecify.annotations.NullMarked;
