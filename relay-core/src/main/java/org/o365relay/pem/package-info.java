/// Certificates and private keys as PEM text (RFC 7468). The package reads no files and knows no configuration: its
/// callers say which file is wrong and what to do.
@NullMarked
package org.o365relay.pem;

import org.jspecify.annotations.NullMarked;
