/// Types of command-line arguments: each converter turns the text of one argument into a value, or rejects it
/// with a message that states what is expected. Independent of the commands.
@NullMarked
package org.o365relay.daemon.cli.types;

import org.jspecify.annotations.NullMarked;
