/// Parsers for single values: text, quantities, addresses, networks, files, and values of Microsoft Entra. A parser
/// accepts a value, or says what is wrong with it and what to write instead.
@NullMarked
package org.o365relay.config.values;

import org.jspecify.annotations.NullMarked;
