package org.o365relay.config.print;

import static java.util.Comparator.comparingLong;

import java.net.InetAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.admit.AddressRule;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Tolerance;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.config.EndpointReader;
import org.o365relay.config.ToleranceProfile;
import org.o365relay.config.values.Quantities;
import org.o365relay.config.values.TextValues;
import org.o365relay.mail.Deviation;

/// Converts listeners, trusted networks and rules to maps, which [EffectiveText] renders as HOCON. The policy
/// of a network includes the values of `trusted-network-defaults`; it is rendered only if it differs from the
/// base policy.
///
/// @param basePolicy policy if neither the entry of a network nor `trusted-network-defaults` sets anything
/// @param trusted trusted networks of listeners that have no list of their own
record EffectivePolicy(ClientPolicy basePolicy, TrustedNetworks trusted) {

    Map<String, Object> listener(ListenerSettings listener) {
        Map<String, Object> keys = new HashMap<>(endpoint(listener.endpoint()));
        keys.put("tls", TextValues.name(listener.tls()));
        keys.put(
                "trusted-proxies",
                listener.trustedProxies().stream().map(Object::toString).toList());
        if (!listener.trusted().equals(trusted)) {
            keys.put("trusted-networks", networks(listener.trusted()));
        }
        return keys;
    }

    List<Object> networks(TrustedNetworks networks) {
        return networks.networks().stream().map(this::network).toList();
    }

    static Map<String, Object> rule(AddressRule rule) {
        Map<String, Object> keys = new HashMap<>();
        keys.put(rule.allows() ? "allow" : "deny", rule.pattern().toString());
        if (rule.client() != null) {
            keys.put("client", rule.client().toString());
        }
        if (!rule.reason().isEmpty()) {
            keys.put("reason", rule.reason());
        }
        return keys;
    }

    private static Map<String, Object> endpoint(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Tcp(InetAddress address, int port) ->
                Map.of("address", address.getHostAddress(), "port", port);
            case Endpoint.UnixSocket(Path path, Set<PosixFilePermission> permissions) ->
                Map.of("socket", path.toString(), "socket-mode", EndpointReader.formatMode(permissions));
            case Endpoint.AbstractSocket socket -> Map.of("socket", socket.toString());
            case Endpoint.SystemdSocket(String name) -> Map.of("systemd-socket", name);
        };
    }

    private Object network(TrustedNetwork entry) {
        String network = entry.network().toString();
        return entry.policy().equals(basePolicy) ? network : withPolicy(network, entry.policy());
    }

    static Map<String, Object> withPolicy(String network, ClientPolicy policy) {
        Map<String, Object> keys = new HashMap<>(tolerance(policy.tolerance()));
        keys.put("network", network);
        if (!policy.name().isEmpty()) {
            keys.put("name", policy.name());
        }
        keys.put("auth", TextValues.name(policy.auth()));
        keys.put("old-tls", policy.oldTls());
        keys.put("message-size", Quantities.format(policy.messageSize()));
        keys.put("connections", policy.limits().connections());
        putLimit(keys, "messages-per-minute", policy.limits().messagesPerMinute());
        putLimit(keys, "recipients-per-hour", policy.limits().recipientsPerHour());
        putLimit(keys, "recipients-per-day", policy.limits().recipientsPerDay());
        return keys;
    }

    private static void putLimit(Map<String, Object> keys, String key, @Nullable Integer limit) {
        if (limit != null) {
            keys.put(key, limit);
        }
    }

    private static Map<String, Object> tolerance(Tolerance tolerance) {
        ToleranceProfile nearest = Arrays.stream(ToleranceProfile.values())
                .min(comparingLong(profile -> deviations(tolerance, profile).size()))
                .orElseThrow();
        return Map.of("tolerance", TextValues.name(nearest), "deviations", deviations(tolerance, nearest));
    }

    private static Map<String, Object> deviations(Tolerance tolerance, ToleranceProfile profile) {
        Map<String, Object> deviations = new TreeMap<>();
        for (Deviation deviation : Deviation.values()) {
            boolean accepts = tolerance.accepts(deviation);
            if (accepts != profile.tolerance().accepts(deviation)) {
                deviations.put(deviation.key(), accepts ? "accept" : "refuse");
            }
        }
        return deviations;
    }
}
