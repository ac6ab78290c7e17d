@NullMarked
package org.o365relay.sandbox.scenario;

import org.jspecify.annotations.NullMarked;
