package org.o365relay.accept.socket;

/// An endpoint cannot be opened, or TLS cannot be enabled. The message contains the cause and,
/// if it is known, the fix.
public final class ListenException extends Exception {

    private static final long serialVersionUID = 1L;

    public ListenException(String message) {
        super(message);
    }

    public ListenException(Endpoint endpoint, String reason) {
        super("cannot listen on " + endpoint + ": " + reason);
    }

    ListenException(Endpoint endpoint, Throwable cause) {
        super("cannot listen on " + endpoint + ": " + reason(endpoint, cause), cause);
    }

    private static String reason(Endpoint endpoint, Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        return switch (endpoint) {
            case Endpoint.Tcp(var _, int port) -> tcpReason(port, message);
            case Endpoint.UnixSocket _ -> fileReason(message);
            case Endpoint.AbstractSocket _ ->
                message.contains("in use") ? "another program uses this socket name" : message;
            case Endpoint.SystemdSocket _ -> message;
        };
    }

    private static String tcpReason(int port, String message) {
        if (message.contains("in use")) {
            return "the port is in use by another program (find it with: ss -ltnp 'sport = :" + port
                    + "'); stop it or set another port in relay.listeners";
        }
        if (message.contains("ermission denied")) {
            return "ports below 1024 need the capability CAP_NET_BIND_SERVICE; grant it to the relay or set another port"
                    + " in relay.listeners";
        }
        return message.contains("annot assign")
                ? "this machine has no such address; set another address in relay.listeners"
                : message;
    }

    private static String fileReason(String message) {
        if (message.contains("No such file")) {
            return "its directory does not exist; create it (RuntimeDirectory= in a systemd unit)";
        }
        if (message.contains("too long")) {
            return "its path is longer than 107 octets";
        }
        return message.contains("ermission denied")
                ? "the relay's user cannot write to its directory; set RuntimeDirectory= in the systemd unit"
                : message;
    }
}
