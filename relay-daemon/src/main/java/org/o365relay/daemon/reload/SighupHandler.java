package org.o365relay.daemon.reload;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The signal SIGHUP, which reloads the configuration.
public final class SighupHandler {

    private static final Logger log = LoggerFactory.getLogger(SighupHandler.class);

    private SighupHandler() {}

    /// Handles SIGHUP from now on: by default, it would end the process. A signal that arrives before the
    /// future is completed runs the action once it is. Logs a warning if the signal cannot be handled.
    ///
    /// @return a future that the caller completes with the action to run on each signal
    public static CompletableFuture<Runnable> handle() {
        CompletableFuture<Runnable> action = new CompletableFuture<>();
        try {
            handle(() -> {
                var _ = action.thenAcceptAsync(SighupHandler::run);
            });
        } catch (ReflectiveOperationException e) { // Windows, or -Xrs
            log.warn("SIGHUP cannot be handled: {}", String.valueOf(e.getCause()));
        }
        return action;
    }

    /// Calls `sun.misc.Signal.handle` by reflection: javac warns about the class, which is the only API for
    /// signals, and the warning cannot be suppressed.
    private static void handle(Runnable onSignal) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        MethodHandle run = MethodHandles.lookup()
                .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                .bindTo(onSignal);
        Object caller = MethodHandleProxies.asInterfaceInstance(handler, MethodHandles.dropArguments(run, 0, signal));
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), caller);
    }

    private static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            log.error("the configuration could not be reloaded because of a bug; please report it", e);
        }
    }
}
