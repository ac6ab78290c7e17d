/// Runs the relay of `o365-relay demo` in the same process as the sandbox. The module relay-sandbox sends the
/// sample messages and checks what arrives.
@NullMarked
package org.o365relay.daemon.demo;

import org.jspecify.annotations.NullMarked;
