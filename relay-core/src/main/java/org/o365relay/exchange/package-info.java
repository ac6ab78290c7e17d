/// Describes Microsoft 365: clouds, server presets with their limits, and a catalogue of replies
/// with their causes and advice. The package performs no network I/O and decides nothing about messages.
@NullMarked
package org.o365relay.exchange;

import org.jspecify.annotations.NullMarked;
