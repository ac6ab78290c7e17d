/// The settings of a sandbox and of the tenant that it simulates: values without behavior of a server.
@NullMarked
package org.o365relay.sandbox.settings;

import org.jspecify.annotations.NullMarked;
