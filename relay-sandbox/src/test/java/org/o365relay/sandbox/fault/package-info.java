@NullMarked
package org.o365relay.sandbox.fault;

import org.jspecify.annotations.NullMarked;
