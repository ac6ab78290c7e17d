package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.o365relay.mail.QueueId;

/// A message that an operator selected.
///
/// @param dueAt time at which the message is due, on the steady clock, in milliseconds since 1970; 0 if it is settled
/// @param content ID under which the content of the message is stored; the parts of a split message share their
///     content, which is stored under the ID of one of them
record Candidate(
        QueueId id, String mailbox, String route, boolean leased, boolean held, long dueAt, long content, long size) {

    static Candidate of(ResultSet row) throws SQLException {
        long id = row.getLong("id");
        long content = row.getLong("content_id");
        return new Candidate(
                new QueueId(id),
                row.getString("mailbox"),
                row.getString("route"),
                row.getObject("lease") != null,
                row.getObject("held_at") != null,
                row.getLong("due_at"),
                content == 0 ? id : content,
                row.getLong("size"));
    }
}
