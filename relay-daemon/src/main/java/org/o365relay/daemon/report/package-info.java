/// How what was found out is shown to a person: tables, times, sizes and words. Pure; asks nobody and prints
/// nothing. Nothing in it that comes from outside reaches a terminal as it is.
@NullMarked
package org.o365relay.daemon.report;

import org.jspecify.annotations.NullMarked;
