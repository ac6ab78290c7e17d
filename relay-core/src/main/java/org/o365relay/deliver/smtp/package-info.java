/// Delivery attempts over SMTP: connect, STARTTLS, AUTH, MAIL, RCPT, DATA or BDAT. Reports
/// replies and their steps; `org.o365relay.deliver.FailurePolicy` classifies them.
@NullMarked
package org.o365relay.deliver.smtp;

import org.jspecify.annotations.NullMarked;
