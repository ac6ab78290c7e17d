package org.o365relay.deliver;

import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;
import org.o365relay.rewrite.RewriteRules;

/// One dedicated Microsoft 365 mailbox: what it signs in with, where, and how mail is rewritten for it.
public record MailboxSettings(
        EmailAddress address, SmtpUpstreamSettings upstream, Credential credential, RewriteRules rewrite) {}
