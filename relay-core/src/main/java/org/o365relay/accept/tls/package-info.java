/// TLS of the server: certificate and key, reloaded when their files change; TLS versions and ciphers.
/// The pipeline handlers that start TLS are in `accept`. Knows neither clients nor SMTP.
@NullMarked
package org.o365relay.accept.tls;

import org.jspecify.annotations.NullMarked;
