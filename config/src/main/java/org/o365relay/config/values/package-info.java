/// Parsers for single values: text, quantities, addresses, networks, files, and values of Microsoft Entra. A
/// parser either accepts a value or reports what is wrong with it and how to fix it.
@NullMarked
package org.o365relay.config.values;

import org.jspecify.annotations.NullMarked;
