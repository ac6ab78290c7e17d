package org.o365relay.sandbox.smtp;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.o365relay.sandbox.fault.FaultAction;
import org.o365relay.sandbox.fault.FaultPoint;
import org.o365relay.sandbox.message.Ingress;
import org.o365relay.sandbox.tenant.SandboxState;

/// Injects faults into one SMTP connection.
final class FaultInjector {

    private final SandboxState state;
    private final SmtpService service;
    private final SandboxConnection connection;

    FaultInjector(SandboxState state, SmtpService service, SandboxConnection connection) {
        this.state = state;
        this.service = service;
        this.connection = connection;
    }

    /// Injects the next matching fault.
    ///
    /// @return whether the fault has sent the reply, so that the command must not be executed
    /// @throws IOException if the fault ends the connection, for example after a 421 reply
    boolean intercept(FaultPoint point, String command) throws IOException {
        Optional<FaultAction> action = next(point, command);
        return action.isPresent() && !perform(action.get());
    }

    Optional<FaultAction> next(FaultPoint point, String command) {
        return state.faults().next(point, service.ingress() == Ingress.MX, command);
    }

    /// @return whether to execute the command; if false, the fault has sent the reply
    boolean perform(FaultAction action) throws IOException {
        return switch (action) {
            case FaultAction.Reply(String text) -> refuse(text);
            case FaultAction.Delay(Duration time) -> {
                pause(time);
                yield true;
            }
            case FaultAction.Hang() -> {
                connection.discardUntilClosed();
                throw new EOFException("the client closed the connection");
            }
            case FaultAction.Drop() -> throw drop();
            case FaultAction.DropAfterAccepting() -> throw drop();
            case FaultAction.Status _, FaultAction.Aadsts _ ->
                throw new IllegalStateException(action + " does not apply to SMTP");
        };
    }

    /// Closes the connection without a reply.
    ///
    /// @return the exception that the caller must throw
    EOFException drop() throws IOException {
        connection.drop();
        return new EOFException("dropped by a fault");
    }

    /// Sends the buffered replies and waits for the given time.
    ///
    /// @throws EOFException if the sandbox stops, or the thread is interrupted, while this method waits
    void pause(Duration time) throws IOException {
        connection.flush();
        state.pause(time);
    }

    private boolean refuse(String text) throws IOException {
        connection.send(service.replies().injected(text));
        if (text.startsWith("421")) {
            connection.flush();
            throw new EOFException("closed with 421");
        }
        return false;
    }
}
