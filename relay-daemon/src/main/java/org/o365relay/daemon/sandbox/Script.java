package org.o365relay.daemon.sandbox;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Plays the faults on one connection.
final class Script {

    private final SandboxState office;
    private final SmtpService door;
    private final SandboxWire wire;

    Script(SandboxState office, SmtpService door, SandboxWire wire) {
        this.office = office;
        this.door = door;
        this.wire = wire;
    }

    /// @return whether the step may go on as usual; if not, it has been answered
    /// @throws IOException if this ended the connection
    boolean passes(FaultPoint step, String command) throws IOException {
        Optional<Action> action = next(step, command);
        return action.isEmpty() || perform(action.get());
    }

    Optional<Action> next(FaultPoint step, String command) {
        return office.faults().next(step, door.road() == Ingress.MX, command);
    }

    boolean perform(Action action) throws IOException {
        return switch (action) {
            case Action.Reply(String text) -> refuse(text);
            case Action.Delay(Duration time) -> {
                pause(time);
                yield true;
            }
            case Action.Hang() -> {
                wire.readUntilItEnds();
                throw new EOFException("the client gave up");
            }
            case Action.Drop() -> throw dropped();
            case Action.DropAfterAccepting() -> throw dropped();
            case Action.Status _, Action.Aadsts _ -> throw new IllegalStateException(action + " is not for SMTP");
        };
    }

    EOFException dropped() throws IOException {
        wire.drop();
        return new EOFException("dropped as told");
    }

    /// Waits, but not beyond the sandbox's own end.
    void pause(Duration time) throws IOException {
        wire.flush();
        try {
            if (office.stopping().await(time.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new EOFException("the sandbox stops");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EOFException("the sandbox stops");
        }
    }

    private boolean refuse(String text) throws IOException {
        wire.send(door.replies().scripted(text));
        if (text.startsWith("421")) {
            wire.flush();
            throw new EOFException("closed with 421");
        }
        return false;
    }
}
