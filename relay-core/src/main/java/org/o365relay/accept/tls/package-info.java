/// TLS of the server: certificate and key, reloaded when their files change; TLS versions and ciphers.
/// The pipeline handlers that start TLS are in `accept`. Does not depend on clients or SMTP.
@NullMarked
package org.o365relay.accept.tls;

import org.jspecify.annotations.NullMarked;
