package org.o365relay.config;

import java.util.List;
import org.o365relay.RelaySettings;

/// What a configuration file amounts to.
public sealed interface Configuration {

    /// A relay can be started with it.
    ///
    /// @param control where commands reach it
    /// @param effective what is in force, defaults included: HOCON without comments, secrets as `***`
    /// @param warnings what should be changed but keeps nothing from working, in the order of their lines
    record Valid(RelaySettings settings, ControlSettings control, String effective, List<Problem> warnings)
            implements Configuration {
        public Valid {
            warnings = List.copyOf(warnings);
        }
    }

    /// Nothing can be started with it.
    ///
    /// @param problems all that were found, at least one, in the order of their lines
    record Invalid(List<Problem> problems) implements Configuration {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
