package org.o365relay.daemon.control;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.Page;

/// Executes requests and returns their results.
record RequestHandler(Control control) {

    private static final int MAX_LIMIT = 1000;

    /// @throws InvalidJsonException if `limit` is not from 1 to 1000
    Object handle(Request.Operation operation) throws ControlException {
        return switch (operation) {
            case Request.Summary _ -> control.summary();
            case Request.Find find -> find(find);
            case Request.Count(var filter) -> new ControlResponse.Count(control.count(filter));
            case Request.Newest _ -> new ControlResponse.Newest(control.newest().orElse(null));
            case Request.Show(var id) ->
                new ControlResponse.Shown(control.show(id).orElse(null));
            case Request.Change(var change, var filter) -> control.change(change, filter);
            case Request.Status _ -> control.status();
            case Request.Pause(var mailbox) -> new ControlResponse.Pause(control.pause(mailbox));
            case Request.Resume(var mailbox) -> control.resume(mailbox);
            case Request.Retry(var mailbox) -> control.retry(mailbox);
            case Request.Reload(var file, var compareOnly) -> control.reload(path(file), compareOnly);
        };
    }

    private static Path path(String file) {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new InvalidJsonException("\"file\" is not a path");
        }
    }

    private Page find(Request.Find find) throws ControlException {
        if (find.limit() < 1 || find.limit() > MAX_LIMIT) {
            throw new InvalidJsonException("\"limit\" must be 1 to " + MAX_LIMIT);
        }
        return control.find(find.filter(), find.order(), find.from(), find.limit());
    }

    /// @return the message whose content is requested
    MessageDetail content(Request.Content request) throws ControlException {
        return control.show(request.id())
                .orElseThrow(
                        () -> new ControlException(ControlException.Kind.BAD_REQUEST, "no message " + request.id()));
    }
}
