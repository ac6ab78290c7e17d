/// The command line: one class per command. Commands print text for people; with the option `--json`, some
/// commands print JSON for programs instead. Every command exits with a documented code.
@NullMarked
package org.o365relay.daemon.cli;

import org.jspecify.annotations.NullMarked;
