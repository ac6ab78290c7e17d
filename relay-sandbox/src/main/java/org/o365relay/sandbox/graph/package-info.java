/// The mail part of Microsoft Graph: sendMail, drafts, attachments, upload sessions, and reading the inbox.
@NullMarked
package org.o365relay.sandbox.graph;

import org.jspecify.annotations.NullMarked;
