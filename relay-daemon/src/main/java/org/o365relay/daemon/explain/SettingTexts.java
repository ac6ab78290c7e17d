package org.o365relay.daemon.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.route.RewriteKey;

/// Formats settings as text for reports.
final class SettingTexts {

    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;

    private SettingTexts() {}

    /// @return the key as written in the configuration
    static String key(RewriteKey key) {
        return key.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// @return the network and its name, such as `192.168.10.0/24 "Printers"`
    static String name(TrustedNetwork trusted) {
        String name = trusted.policy().name();
        return trusted.network() + (name.isEmpty() ? "" : " \"" + name + '"');
    }

    static String policy(ClientPolicy policy) {
        List<String> parts = new ArrayList<>();
        parts.add(policy.tolerance().toString());
        parts.add(login(policy.auth()));
        if (policy.oldTls()) {
            parts.add("TLS 1.0 and 1.1 allowed");
        }
        parts.add(size(policy.messageSize()) + " per message");
        parts.add(limits(policy.limits()));
        return String.join("; ", parts);
    }

    /// @return the limits that apply to each device
    static String limits(DeviceLimits limits) {
        List<String> parts = new ArrayList<>();
        parts.add(limits.connections() + " simultaneous connections");
        add(parts, limits.messagesPerMinute(), "messages per minute");
        add(parts, limits.recipientsPerHour(), "recipients per hour");
        add(parts, limits.recipientsPerDay(), "recipients per day");
        return String.join(", ", parts);
    }

    static String login(AuthPolicy auth) {
        return switch (auth) {
            case NONE -> "no login";
            case ACCEPT_ANY -> "any login accepted";
            case REQUIRED -> "login required";
        };
    }

    static String tls(ListenerTls tls, boolean hasCertificate) {
        return switch (tls) {
            case OFF -> "plain text";
            case OPTIONAL -> hasCertificate ? "plain text, or TLS after STARTTLS" : "plain text (no certificate)";
            case REQUIRED -> "TLS after STARTTLS";
            case IMPLICIT -> "implicit TLS";
        };
    }

    /// @return the size in MiB or KiB if it is a whole number of that unit, such as `12 MiB`; otherwise the
    ///     size in bytes
    static String size(long octets) {
        if (octets > 0 && octets % MIB == 0) {
            return octets / MIB + " MiB";
        }
        return octets > 0 && octets % KIB == 0 ? octets / KIB + " KiB" : octets + " bytes";
    }

    private static void add(List<String> parts, @Nullable Integer limit, String unit) {
        if (limit != null) {
            parts.add(limit + " " + unit);
        }
    }
}
