package org.o365relay.accept.socket;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// The sockets that systemd passes to this process, by name (sd_listen_fds(3)).
public final class InheritedSockets {

    private static final int FIRST_DESCRIPTOR = 3;

    /// The name of a socket that systemd passes without a name (sd_listen_fds(3)).
    private static final String DEFAULT_NAME = "unknown";

    private final List<String> names;
    private final Set<String> closed = ConcurrentHashMap.newKeySet();

    private InheritedSockets(List<String> names) {
        this.names = names;
    }

    /// @param environment environment variables of the process
    /// @return the inherited sockets; none if LISTEN_PID is not the ID of this process
    public static InheritedSockets of(Map<String, String> environment) {
        boolean isForThisProcess = environment
                .getOrDefault("LISTEN_PID", "")
                .equals(Long.toString(ProcessHandle.current().pid()));
        return new InheritedSockets(isForThisProcess ? names(environment) : List.of());
    }

    private static List<String> names(Map<String, String> environment) {
        String count = environment.getOrDefault("LISTEN_FDS", "");
        String[] fdNames = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        List<String> names = new ArrayList<>();
        for (int i = 0; count.matches("\\d{1,5}") && i < Integer.parseInt(count); i++) {
            names.add(i < fdNames.length && !fdNames[i].isEmpty() ? fdNames[i] : DEFAULT_NAME);
        }
        return names;
    }

    /// @return the file descriptors with this name, at least one
    List<Integer> named(Endpoint.SystemdSocket endpoint) throws ListenException {
        if (closed.contains(endpoint.name())) {
            throw new ListenException(
                    endpoint, "the relay has closed it, and gets it from systemd only at startup; restart the relay");
        }
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equals(endpoint.name())) {
                found.add(FIRST_DESCRIPTOR + i);
            }
        }
        if (found.isEmpty()) {
            throw new ListenException(
                    endpoint,
                    available() + "; set FileDescriptorName= in the socket unit to the name given as systemd-socket in"
                            + " relay.listeners");
        }
        return found;
    }

    /// Records that the descriptors with this name were closed: their numbers may be reused.
    void closed(Endpoint.SystemdSocket endpoint) {
        closed.add(endpoint.name());
    }

    private String available() {
        return names.isEmpty()
                ? "systemd passed no sockets (LISTEN_FDS, LISTEN_PID); start the socket unit instead of the service"
                : names.stream().distinct().collect(Collectors.joining(", ", "systemd passed only ", ""));
    }
}
