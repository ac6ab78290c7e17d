package org.o365relay.queue;

import java.net.InetAddress;
import java.time.Instant;
import org.o365relay.mail.EmailAddress;

/// The suppressed notices for one recipient about one device, to be combined in a digest.
///
/// @param count number of suppressed notices, at least 1
/// @param since when the oldest notice was suppressed, on the steady clock
/// @param until end of the period, on the steady clock; notices suppressed later are reported in a later digest
public record SuppressedNotices(InetAddress client, EmailAddress recipient, int count, Instant since, Instant until) {}
