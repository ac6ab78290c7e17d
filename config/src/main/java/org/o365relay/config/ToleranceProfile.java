package org.o365relay.config;

import org.o365relay.admit.Tolerance;

/// The tolerances that have a name.
enum ToleranceProfile {
    STANDARD,
    STRICT,
    LEGACY;

    Tolerance tolerance() {
        return switch (this) {
            case STANDARD -> Tolerance.STANDARD;
            case STRICT -> Tolerance.STRICT;
            case LEGACY -> Tolerance.LEGACY;
        };
    }
}
