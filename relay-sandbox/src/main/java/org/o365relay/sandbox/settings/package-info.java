/// The settings of a sandbox and of the tenant that it simulates: immutable values, without server behavior.
@NullMarked
package org.o365relay.sandbox.settings;

import org.jspecify.annotations.NullMarked;
