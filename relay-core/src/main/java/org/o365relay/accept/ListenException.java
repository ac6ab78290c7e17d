package org.o365relay.accept;

/// The relay cannot listen as it is told. The message says where, why, and what to do about it.
public final class ListenException extends Exception {

    private static final long serialVersionUID = 1L;

    ListenException(String message) {
        super(message);
    }

    ListenException(Endpoint endpoint, String reason) {
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
                message.contains("in use") ? "another program has a socket of this name" : message;
            case Endpoint.SystemdSocket _ -> message;
        };
    }

    private static String tcpReason(int port, String message) {
        if (message.contains("in use")) {
            return "the port is in use by another program (see which: ss -ltnp 'sport = :" + port
                    + "'); stop it or set another port in relay.listeners";
        }
        if (message.contains("ermission denied")) {
            return "ports below 1024 need the capability CAP_NET_BIND_SERVICE; give it to the relay or set another port"
                    + " in relay.listeners";
        }
        return message.contains("annot assign")
                ? "this machine has no such address; set another one in relay.listeners"
                : message;
    }

    private static String fileReason(String message) {
        if (message.contains("No such file")) {
            return "its directory does not exist; make it (RuntimeDirectory= in a systemd unit)";
        }
        if (message.contains("too long")) {
            return "its path is longer than the 107 octets the system allows";
        }
        return message.contains("ermission denied")
                ? "the relay's user may not write to its directory (RuntimeDirectory= in a systemd unit gives it one)"
                : message;
    }
}
