/// The command line: one class per command. Every command prints text for people or, with `--json`, JSON for programs,
/// and exits with a documented code.
@NullMarked
package org.o365relay.daemon.cli;

import org.jspecify.annotations.NullMarked;
