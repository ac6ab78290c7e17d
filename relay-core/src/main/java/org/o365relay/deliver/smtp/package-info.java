/// Delivery attempts over SMTP, on Angus Mail: connect, STARTTLS, AUTH, MAIL, RCPT, DATA. Reports replies and
/// their step; never decides what they mean.
@NullMarked
package org.o365relay.deliver.smtp;

import org.jspecify.annotations.NullMarked;
