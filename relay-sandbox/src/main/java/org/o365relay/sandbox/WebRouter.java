package org.o365relay.sandbox;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.sandbox.fault.FaultAction;
import org.o365relay.sandbox.fault.FaultPoint;
import org.o365relay.sandbox.graph.Graph;
import org.o365relay.sandbox.tenant.SandboxState;
import org.o365relay.sandbox.web.CallCounts;
import org.o365relay.sandbox.web.WebRequest;
import org.o365relay.sandbox.web.WebResponse;
import org.o365relay.sandbox.web.WebServer.Handler;

/// Routes HTTPS requests to the token service or to Graph, counts them, and injects faults.
final class WebRouter implements Handler {

    private final SandboxState state;
    private final Graph graph;
    private final CallCounts callCounts;

    WebRouter(SandboxState state, Graph graph, CallCounts callCounts) {
        this.state = state;
        this.graph = graph;
        this.callCounts = callCounts;
    }

    @Override
    public WebResponse handle(WebRequest request) throws IOException {
        String path = request.path();
        boolean toGraph = Graph.serves(request);
        FaultPoint point = toGraph ? FaultPoint.GRAPH : FaultPoint.TOKEN;
        String call = toGraph ? Graph.callName(request) : tokenCall(request);
        callCounts.count(call);
        String command = request.method() + " " + path + (toGraph ? "" : " " + call);
        Graph.FaultHandler handler = normal -> {
            Optional<FaultAction> fault = state.faults().next(point, false, command);
            return fault.isEmpty() ? normal.handle(request) : inject(fault.get(), point, request, normal);
        };
        return toGraph ? graph.handle(request, handler) : handler.handle(state.tokenService()::handle);
    }

    /// @return the name under which the request is counted: `managed_identity` for a request to the managed
    ///     identity endpoint; for a token request with a grant type, the grant type without its URN prefix;
    ///     otherwise the last path segment, such as `devicecode`
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
                state.pause(time);
                yield normal.handle(request);
            }
            case FaultAction.Status status -> {
                if (status.afterAccepting()) {
                    normal.handle(request);
                }
                yield point == FaultPoint.GRAPH ? graph.failure(status) : tokenResponse(status);
            }
            case FaultAction.Aadsts(int number) -> state.tokenService().error(number);
            case FaultAction.Drop() -> throw new EOFException("dropped by a fault");
            case FaultAction.DropAfterAccepting() -> {
                normal.handle(request);
                throw new EOFException("dropped by a fault");
            }
            case FaultAction.Hang() -> {
                state.pause(Duration.ofDays(365));
                throw new EOFException("hung by a fault");
            }
            case FaultAction.Reply _ -> throw new IllegalStateException(fault + " applies only to SMTP");
        };
    }

    private static WebResponse tokenResponse(FaultAction.Status status) {
        String code = status.code().isEmpty() ? "temporarily_unavailable" : status.code();
        String message = status.message().isEmpty() ? "The service is temporarily unavailable." : status.message();
        WebResponse response = WebResponse.json(status.status(), Map.of("error", code, "error_description", message));
        return status.retryAfter() == null
                ? response
                : response.with("Retry-After", Integer.toString(status.retryAfter()));
    }
}
