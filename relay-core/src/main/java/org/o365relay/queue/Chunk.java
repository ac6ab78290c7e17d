package org.o365relay.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.zip.CRC32C;

/// A piece of an original.
final class Chunk {

    private final byte[] content;
    private final boolean whole;

    private Chunk(byte[] content, boolean whole) {
        this.content = content;
        this.whole = whole;
    }

    static Chunk of(ResultSet row) throws SQLException {
        byte[] content = row.getBytes(1);
        long checksum = row.getLong(2);
        boolean unknown = row.wasNull(); // an older relay wrote it
        return new Chunk(content, unknown || checksum == checksum(content));
    }

    /// @return CRC-32C
    static long checksum(byte[] content) {
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        return checksum.getValue();
    }

    /// @return not copied
    byte[] content() {
        return content;
    }

    /// @return false if the disk has changed it
    boolean isWhole() {
        return whole;
    }
}
