/// The queue between the two halves of the relay: its records, and a small port for each consumer.
///
/// [Intake] is what the SMTP server needs, [Claims] what delivery needs; [QueueReader] and [QueueAdmin] serve
/// operators; [NoticeStore], [NdrStore], [AlertStore] and the other ports each serve one task. An accepted
/// message survives `kill -9`, power loss and a full disk; its original content is kept byte for byte until
/// every recipient is settled. `docs/queue.md` lists the states and their guarantees.
///
/// It must not know how messages are stored, nor SMTP, rewriting or Exchange.
@NullMarked
package org.o365relay.queue;

import org.jspecify.annotations.NullMarked;
