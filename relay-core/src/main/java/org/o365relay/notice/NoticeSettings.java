package org.o365relay.notice;

import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// Who is told when a message fails for good.
///
/// @param admin told when the original author cannot be reached; null for nobody
public record NoticeSettings(@Nullable EmailAddress admin) {}
