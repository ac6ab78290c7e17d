package org.o365relay.exchange;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Known upstreams: the host and port for client submission, port 587 with STARTTLS.
///
/// Source: Microsoft, "How to set up a multifunction device or application to send email using Microsoft 365".
public enum Preset {
    /// Worldwide cloud, GCC too.
    OFFICE365("smtp.office365.com", 587);

    private final String host;
    private final int port;

    Preset(String host, int port) {
        this.host = host;
        this.port = port;
    }

    /// @return the host name; always a name, Exchange Online cannot be reached by address
    public String host() {
        return host;
    }

    /// @return the submission port
    public int port() {
        return port;
    }

    /// @param key as it stands in the configuration: `office365`
    public static Optional<Preset> named(String key) {
        return Arrays.stream(values())
                .filter(preset -> preset.key().equals(key))
                .findFirst();
    }

    /// @return the name used in the configuration
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
