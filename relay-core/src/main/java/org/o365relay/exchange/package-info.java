/// Describes Microsoft 365: its clouds, presets of its services with their limits, and a catalogue of its
/// replies with their causes and advice. Performs no network I/O and makes no decisions about messages.
@NullMarked
package org.o365relay.exchange;

import org.jspecify.annotations.NullMarked;
