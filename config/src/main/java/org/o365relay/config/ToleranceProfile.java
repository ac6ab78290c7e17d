package org.o365relay.config;

import org.o365relay.admit.Tolerance;

/// The values of the key `tolerance`.
public enum ToleranceProfile {
    STANDARD,
    STRICT,
    LEGACY;

    public Tolerance tolerance() {
        return switch (this) {
            case STANDARD -> Tolerance.STANDARD;
            case STRICT -> Tolerance.STRICT;
            case LEGACY -> Tolerance.LEGACY;
        };
    }
}
