/// Client submission and the MX: one SMTP dialogue on SubEthaSMTP's listener, with the replies of Exchange Online. The
/// only package that imports SubEthaSMTP.
@NullMarked
package org.o365relay.sandbox.smtp;

import org.jspecify.annotations.NullMarked;
