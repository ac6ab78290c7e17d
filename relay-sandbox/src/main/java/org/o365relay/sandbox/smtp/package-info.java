/// Client submission and the MX, with the replies of Exchange Online. Both run the same SMTP dialogue on
/// SubEthaSMTP's listener. This is the only package that imports SubEthaSMTP.
@NullMarked
package org.o365relay.sandbox.smtp;

import org.jspecify.annotations.NullMarked;
