/// Formats the status of the relay, the queue and messages as text for people: tables, times, sizes and
/// descriptions. Performs no input or output. Replaces control characters in everything that comes from
/// messages and clients.
@NullMarked
package org.o365relay.daemon.report;

import org.jspecify.annotations.NullMarked;
