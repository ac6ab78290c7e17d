/// The interface between delivery and its transports: an [org.o365relay.deliver.upstream.Upstream] makes one
/// attempt with an [org.o365relay.deliver.upstream.OutgoingMessage] and returns a
/// [org.o365relay.deliver.upstream.Response] for each recipient; a [org.o365relay.deliver.upstream.Verdict]
/// states what the response means.
///
/// This package depends neither on the queue nor on how mail is sent.
@NullMarked
package org.o365relay.deliver.upstream;

import org.jspecify.annotations.NullMarked;
