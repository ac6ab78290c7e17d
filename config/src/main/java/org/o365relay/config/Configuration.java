package org.o365relay.config;

import java.util.List;
import org.o365relay.RelaySettings;

/// The result of reading a configuration file.
public sealed interface Configuration {

    /// A usable configuration.
    ///
    /// @param control the socket that operator commands connect to
    /// @param effective the effective configuration, defaults included: HOCON without comments, secrets as
    ///     `***`
    /// @param warnings problems that do not prevent the relay from starting, ordered by line
    record Valid(RelaySettings settings, ControlSettings control, String effective, List<Problem> warnings)
            implements Configuration {
        public Valid {
            warnings = List.copyOf(warnings);
        }
    }

    /// An unusable configuration.
    ///
    /// @param problems all problems found, at least one, ordered by line
    record Invalid(List<Problem> problems) implements Configuration {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
