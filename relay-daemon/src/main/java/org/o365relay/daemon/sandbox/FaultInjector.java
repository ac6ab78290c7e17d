package org.o365relay.daemon.sandbox;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Plays the faults on one connection.
final class FaultInjector {

    private final SandboxState state;
    private final SmtpService service;
    private final SandboxConnection connection;

    FaultInjector(SandboxState office, SmtpService door, SandboxConnection wire) {
        this.state = office;
        this.service = door;
        this.connection = wire;
    }

    /// @return whether the step may go on as usual; if not, it has been answered
    /// @throws IOException if this ended the connection
    boolean passes(FaultPoint step, String command) throws IOException {
        Optional<FaultAction> action = next(step, command);
        return action.isEmpty() || perform(action.get());
    }

    Optional<FaultAction> next(FaultPoint step, String command) {
        return state.faults().next(step, service.ingress() == Ingress.MX, command);
    }

    boolean perform(FaultAction action) throws IOException {
        return switch (action) {
            case FaultAction.Reply(String text) -> refuse(text);
            case FaultAction.Delay(Duration time) -> {
                pause(time);
                yield true;
            }
            case FaultAction.Hang() -> {
                connection.discardUntilClosed();
                throw new EOFException("the client gave up");
            }
            case FaultAction.Drop() -> throw dropped();
            case FaultAction.DropAfterAccepting() -> throw dropped();
            case FaultAction.Status _, FaultAction.Aadsts _ ->
                throw new IllegalStateException(action + " is not for SMTP");
        };
    }

    EOFException dropped() throws IOException {
        connection.drop();
        return new EOFException("dropped as told");
    }

    /// Waits, but not beyond the sandbox's own end.
    void pause(Duration time) throws IOException {
        connection.flush();
        try {
            if (state.stopping().await(time.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new EOFException("the sandbox stops");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EOFException("the sandbox stops");
        }
    }

    private boolean refuse(String text) throws IOException {
        connection.send(service.replies().scripted(text));
        if (text.startsWith("421")) {
            connection.flush();
            throw new EOFException("closed with 421");
        }
        return false;
    }
}
