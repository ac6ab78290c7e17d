/// Certificates and private keys as PEM text (RFC 7468). The package reads no files and does not depend on the
/// configuration: its callers report which file is wrong and how to fix it.
@NullMarked
package org.o365relay.pem;

import org.jspecify.annotations.NullMarked;
