/// Types of command-line arguments: each converter turns the text of one argument into a value, or refuses it with a
/// message that shows a valid example. Knows no command.
@NullMarked
package org.o365relay.daemon.cli.types;

import org.jspecify.annotations.NullMarked;
