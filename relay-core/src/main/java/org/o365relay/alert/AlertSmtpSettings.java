package org.o365relay.alert;

import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;

/// The SMTP server that sends alert emails while no mailbox can send.
///
/// @param credential a password, or none
/// @param from author and envelope sender of the emails
public record AlertSmtpSettings(
        SmtpUpstreamSettings server, Credential credential, EmailAddress from, EmailAddress to) {}
