/// The state of the tenant that all services share: current settings, faults, accepted messages, usage of the
/// mailboxes,
/// issued tokens.
@NullMarked
package org.o365relay.sandbox.tenant;

import org.jspecify.annotations.NullMarked;
