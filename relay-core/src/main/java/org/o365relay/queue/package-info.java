/// The queue between the receiving and the delivering half of the relay: its data types, and a small interface
/// for each consumer.
///
/// [Intake] serves the SMTP server, [Claims] serves delivery, and [QueueReader] and [QueueAdmin] serve
/// operators; [NoticeStore], [NdrStore], [AlertStore] and the other interfaces each serve one task. An accepted
/// message survives `kill -9`, power loss and a full disk; its original content is kept byte for byte until
/// every recipient is settled. `docs/queue.md` lists the states and their guarantees.
///
/// The package does not depend on how messages are stored, or on SMTP, rewriting or Exchange.
@NullMarked
package org.o365relay.queue;

import org.jspecify.annotations.NullMarked;
