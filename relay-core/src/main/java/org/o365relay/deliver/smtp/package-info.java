/// One attempt over SMTP: connect, STARTTLS, AUTH, MAIL, RCPT, DATA, on Angus Mail. Reports what was said and
/// at which step; never decides what that means.
@NullMarked
package org.o365relay.deliver.smtp;

import org.jspecify.annotations.NullMarked;
