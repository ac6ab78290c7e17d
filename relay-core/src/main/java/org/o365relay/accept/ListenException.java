package org.o365relay.accept;

/// An address cannot be listened on. The message says which, why, and what to do about it.
public final class ListenException extends Exception {

    private static final long serialVersionUID = 1L;

    ListenException(ListenerSettings settings, Throwable cause) {
        super("cannot listen on " + settings + ": " + reason(settings, cause), cause);
    }

    private static String reason(ListenerSettings settings, Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("in use")) {
            return "the port is in use by another program" + whichProgram(settings)
                    + "; stop it or set another port in relay.listeners";
        }
        if (message.contains("ermission denied")) {
            return "ports below 1024 need the capability CAP_NET_BIND_SERVICE; give it to the relay or set another port"
                    + " in relay.listeners";
        }
        if (message.contains("annot assign")) {
            return "this machine has no such address; set another one in relay.listeners";
        }
        return message;
    }

    private static String whichProgram(ListenerSettings settings) {
        return settings.endpoint() instanceof Endpoint.Tcp tcp
                ? " (see which: ss -ltnp 'sport = :" + tcp.port() + "')"
                : "";
    }
}
