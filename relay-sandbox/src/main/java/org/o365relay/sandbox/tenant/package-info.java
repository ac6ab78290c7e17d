/// The state of the tenant that all services share: the current settings, faults, accepted messages, the usage
/// of the mailboxes, and issued tokens.
@NullMarked
package org.o365relay.sandbox.tenant;

import org.jspecify.annotations.NullMarked;
