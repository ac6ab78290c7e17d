package org.o365relay.queue;

import java.net.InetAddress;
import java.time.Instant;
import org.o365relay.mail.EmailAddress;

/// The notices to one person about one device that wait for a digest.
///
/// @param count how many, at least one
/// @param since when the oldest was withheld
/// @param until when the last may have been; what was withheld later is for another digest
public record SuppressedNotices(InetAddress client, EmailAddress recipient, int count, Instant since, Instant until) {}
