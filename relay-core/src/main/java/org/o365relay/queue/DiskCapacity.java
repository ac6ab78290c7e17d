package org.o365relay.queue;

/// Room for the queue, in octets.
///
/// @param free on the file system
/// @param minimumFree below which new mail is refused for now
/// @param used by content and metadata
/// @param maximum that it may use
public record DiskCapacity(long free, long minimumFree, long used, long maximum) {}
