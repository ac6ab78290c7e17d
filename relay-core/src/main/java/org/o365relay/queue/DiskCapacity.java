package org.o365relay.queue;

/// Disk space of the queue, in bytes.
///
/// @param free free space on the file system; 0 if it could not be measured
/// @param minimumFree free space below which new mail is rejected temporarily
/// @param used size of content and metadata
/// @param maximum limit for `used`
public record DiskCapacity(long free, long minimumFree, long used, long maximum) {}
