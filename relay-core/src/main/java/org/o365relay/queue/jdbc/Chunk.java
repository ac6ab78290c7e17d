package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.zip.CRC32C;

/// A chunk of a message's original content.
public final class Chunk {

    private final byte[] content;
    private final boolean intact;

    private Chunk(byte[] content, boolean intact) {
        this.content = content;
        this.intact = intact;
    }

    static Chunk of(ResultSet row) throws SQLException {
        byte[] content = row.getBytes(1);
        long checksum = row.getLong(2);
        boolean withoutChecksum = row.wasNull(); // written by an older relay
        return new Chunk(content, withoutChecksum || checksum == checksum(content));
    }

    /// @return the CRC-32C of the content
    public static long checksum(byte[] content) {
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        return checksum.getValue();
    }

    /// @return the content itself, not a copy
    byte[] content() {
        return content;
    }

    /// @return whether the content matches its checksum; true if no checksum is stored
    boolean isIntact() {
        return intact;
    }
}
