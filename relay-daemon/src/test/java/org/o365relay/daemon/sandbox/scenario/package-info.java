@NullMarked
package org.o365relay.daemon.sandbox.scenario;

import org.jspecify.annotations.NullMarked;
