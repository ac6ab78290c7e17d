@NullMarked
package org.o365relay.sandbox;

import org.jspecify.annotations.NullMarked;
