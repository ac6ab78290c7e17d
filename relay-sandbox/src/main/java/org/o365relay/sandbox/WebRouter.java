package org.o365relay.sandbox;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.o365relay.sandbox.web.CallCounts;
import org.o365relay.sandbox.web.WebRequest;
import org.o365relay.sandbox.web.WebResponse;
import org.o365relay.sandbox.web.WebServer.Handler;

/// Routes HTTPS requests to the token service or to Graph, counts them, and injects faults.
final class WebRouter implements Handler {

    private final SandboxState state;
    private final Graph graph;
    private final CallCounts callCounts;
    private final RandomGenerator random;

    WebRouter(SandboxState state, Graph graph, CallCounts callCounts, RandomGenerator random) {
        this.state = state;
        this.graph = graph;
        this.callCounts = callCounts;
        this.random = random;
    }

    @Override
    public WebResponse handle(WebRequest request) throws IOException {
        String path = request.path();
        boolean toGraph = path.startsWith("/v1.0/") || path.startsWith(UploadSessions.PATH);
        FaultPoint point = toGraph ? FaultPoint.GRAPH : FaultPoint.TOKEN;
        String call = toGraph ? graphCall(request) : tokenCall(request);
        callCounts.count(call);
        String command = request.method() + " " + path + (toGraph ? "" : " " + call);
        Graph.FaultHandler handler = normal -> {
            Optional<FaultAction> fault = state.faults().next(point, false, command);
            return fault.isEmpty() ? normal.handle(request) : inject(fault.get(), point, request, normal);
        };
        return toGraph ? graph.handle(request, handler) : handler.handle(state.tokenService()::handle);
    }

    /// @return the name under which the request is counted: `sendMail`, `send`, `messages`, `attachments`,
    ///     `createUploadSession` or `upload`; for a message that is read, changed or deleted, the method and
    ///     `message`, such as `GET message`
    private static String graphCall(WebRequest request) {
        List<String> path = request.segments();
        String last = path.getLast();
        if (request.path().startsWith(UploadSessions.PATH)) {
            return "upload";
        }
        return path.size() > 1 && path.get(path.size() - 2).equals("messages") ? request.method() + " message" : last;
    }

    /// @return the name under which the request is counted: `managed_identity`, the grant type or, if there is
    ///     none, the last path segment, such as `devicecode`
    private static String tokenCall(WebRequest request) {
        List<String> path = request.segments();
        String last = path.isEmpty() ? "" : path.getLast();
        if (path.contains("identity")) {
            return "managed_identity";
        }
        String grant = request.form().getOrDefault("grant_type", "");
        return last.equals("token") && !grant.isEmpty() ? grant.substring(grant.lastIndexOf(':') + 1) : last;
    }

    private WebResponse inject(FaultAction fault, FaultPoint point, WebRequest request, Handler normal)
            throws IOException {
        return switch (fault) {
            case FaultAction.Delay(Duration time) -> {
                pause(time);
                yield normal.handle(request);
            }
            case FaultAction.Status status -> {
                if (status.afterAccepting()) {
                    normal.handle(request);
                }
                yield point == FaultPoint.GRAPH ? graphResponse(status) : tokenResponse(status);
            }
            case FaultAction.Aadsts(int number) -> state.tokenService().error(number);
            case FaultAction.Drop() -> throw new EOFException("dropped by a fault");
            case FaultAction.DropAfterAccepting() -> {
                normal.handle(request);
                throw new EOFException("dropped by a fault");
            }
            case FaultAction.Hang() -> {
                pause(Duration.ofDays(365));
                throw new EOFException("hung by a fault");
            }
            case FaultAction.Reply _ -> throw new IllegalStateException(fault + " is only for SMTP");
        };
    }

    private WebResponse graphResponse(FaultAction.Status status) {
        return status.status() < 300
                ? WebResponse.empty(status.status())
                : GraphRefusal.of(status).toResponse(state.clock().instant(), random);
    }

    private static WebResponse tokenResponse(FaultAction.Status status) {
        String code = status.code().isEmpty() ? "temporarily_unavailable" : status.code();
        String message = status.message().isEmpty() ? "The service is not available now." : status.message();
        WebResponse response = WebResponse.json(status.status(), Map.of("error", code, "error_description", message));
        return status.retryAfter() == null
                ? response
                : response.with("Retry-After", Integer.toString(status.retryAfter()));
    }

    /// Waits.
    ///
    /// @throws EOFException if the sandbox stops meanwhile
    private void pause(Duration time) throws IOException {
        try {
            if (state.stopping().await(time.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new EOFException("the sandbox is stopping");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EOFException("the sandbox is stopping");
        }
    }
}
